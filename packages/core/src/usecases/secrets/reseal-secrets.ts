import type { Log } from '../../log.ts'
import { SealError, type Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { noticeContext } from '../notices/notices.ts'
import { resealSecret } from '../callbacks/webhook-secrets.ts'
import { webhookSealContext } from '../apple-webhooks/register-apple-webhook.ts'
import { sourceContext } from '../sources/index.ts'
import { sealContext } from '../team-keys/index.ts'

/** What a rotation of the key found. */
export interface ResealResult {
  resealed: number
  /** What was sealed by none of our keys, in words. */
  foreign: string[]
}

export interface ResealDeps {
  store: Store
  sealer: Sealer
  log: Log
}

/**
 * Seals anew what a former ENCRYPTION_KEY had sealed, so that the former one may be dropped. Each record is replaced only where
 * it is still the one that was read: a key that is put meanwhile is not undone.
 */
export async function resealSecrets(deps: ResealDeps): Promise<ResealResult> {
  const { store, sealer } = deps
  const result: ResealResult = { resealed: 0, foreign: [] }
  const each = async (name: string, sealed: string, reseal: () => Promise<unknown>) => {
    if (!sealer.isOurs(sealed)) {
      result.foreign.push(name)
      return
    }
    if (!sealer.isStale(sealed)) return
    try {
      await reseal()
      result.resealed++
    } catch (error) {
      if (!(error instanceof SealError)) throw error
      // A ciphertext that was copied onto another record: refused when it is used, and no reason to stop the others.
      deps.log.error({ err: error, record: name }, 'secret.not_resealed')
    }
  }
  for (const { id, sealedPrivateKey } of await store.teamKeys.list()) {
    await each(`team key "${id}"`, sealedPrivateKey, () =>
      store.teamKeys.update(id, (record) => ({
        ...record,
        sealedPrivateKey: resealOf(sealer, record.sealedPrivateKey, sealContext(id)),
      })),
    )
  }
  const webhooks = store.webhooks
  for (const { id, sealedSecret } of await webhooks.list()) {
    await each(`webhook "${id}"`, sealedSecret, () =>
      webhooks.update(id, (record) => ({
        ...record,
        sealedSecret: resealSecret(sealer, id, record.sealedSecret),
        formerSecrets: record.formerSecrets.map((former) => ({
          ...former,
          sealed: resealSecret(sealer, id, former.sealed),
        })),
      })),
    )
  }
  const notices = store.notices
  for (const { id, sealedTarget } of await notices.list()) {
    await each(`notice "${id}"`, sealedTarget, () =>
      notices.update(id, (record) => ({
        ...record,
        sealedTarget: resealOf(sealer, record.sealedTarget, noticeContext(id)),
      })),
    )
  }
  const registered = store.appleWebhooks
  for (const { id, sealedSecret } of await registered.list()) {
    await each(`webhook ${id} registered with Apple`, sealedSecret, () =>
      registered.update(id, (record) => ({
        ...record,
        sealedSecret: resealOf(sealer, record.sealedSecret, webhookSealContext(id)),
      })),
    )
  }
  const sources = store.sources
  for (const { id, sealedSecret } of await sources.list()) {
    await each(`source "${id}"`, sealedSecret, () =>
      sources.update(id, (record) => ({
        ...record,
        sealedSecret: resealOf(sealer, record.sealedSecret, sourceContext(id)),
        formerSecrets: record.formerSecrets.map((former) => ({
          ...former,
          sealed: resealOf(sealer, former.sealed, sourceContext(id)),
        })),
      })),
    )
  }
  return result
}

function resealOf(sealer: Sealer, sealed: string, context: string): string {
  return sealer.isStale(sealed) ? sealer.seal(sealer.open(sealed, context), context) : sealed
}
