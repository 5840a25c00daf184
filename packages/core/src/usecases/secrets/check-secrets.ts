import { resealSecrets, type ResealDeps } from './reseal-secrets.ts'

const TOLD = 5

/**
 * At start: seals anew what a former key had sealed. Returns a sentence for people where our keys are not those of the store;
 * `isKeyLost`: that is known, and each of these secrets is going to be put again.
 */
export async function checkSecrets(deps: ResealDeps & { isKeyLost: boolean }): Promise<string | null> {
  const { resealed, foreign } = await resealSecrets(deps)
  if (resealed > 0) deps.log.info({ event: 'secrets.resealed', resealed }, 'secrets.resealed')
  if (foreign.length === 0) return null
  if (deps.isKeyLost) {
    deps.log.warn({ event: 'secrets.lost', lost: foreign }, 'secrets.lost')
    return null
  }
  const names = `${foreign.slice(0, TOLD).join(', ')}${foreign.length > TOLD ? ', …' : ''}`
  return (
    `ENCRYPTION_KEY is not the one that sealed what is kept: ${names}. ` +
    'Start with that key, or name it in ENCRYPTION_KEY_PREVIOUS beside the new one; if it is lost: docs/backup.md.'
  )
}
