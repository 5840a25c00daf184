import type { AppleClient, AppleSession, CallRecord, Credentials, Gate } from '@flightroster/app-store-connect'
import type { TeamKey } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { SealError, type Sealer } from '../../secrets/index.ts'

export interface AppleDeps {
  apple: Pick<AppleClient, 'session'>
  sealer: Sealer
  /** What calls of a team key made on a caller's behalf must pass. */
  gateFor: (teamKey: string) => Gate
}

/** A caller waits for these calls, so all of them together end well before a proxy would give up. */
const CALLER_PATIENCE_MS = 25_000

/** What the private key of a team key is sealed with, so that it opens for no other. */
export const sealContext = (teamKeyId: string) => `team-key:${teamKeyId}`

/** The private key in the clear, for signing only. Throws SealError where our key is another. */
export function openCredentials(deps: Pick<AppleDeps, 'sealer'>, teamKey: TeamKey): Credentials {
  return {
    issuerId: teamKey.issuerId,
    keyId: teamKey.keyId,
    privateKey: openPrivateKey(deps.sealer, teamKey),
  }
}

function openPrivateKey(sealer: Sealer, teamKey: TeamKey): string {
  try {
    return sealer.open(teamKey.sealedPrivateKey, sealContext(teamKey.id))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    throw new AppError('secret_unreadable', {
      message: `The private key of the team key "${teamKey.id}" cannot be opened with ENCRYPTION_KEY.`,
      cause: error,
    })
  }
}

/** Calls on a caller's behalf; `onCall` sees each of them. */
export function openSession(deps: AppleDeps, teamKey: TeamKey, onCall?: (call: CallRecord) => void): AppleSession {
  const gate = deps.gateFor(teamKey.id)
  const watched: Gate = {
    admit: (call) => gate.admit(call),
    note: (call) => {
      onCall?.(call)
      return gate.note(call)
    },
  }
  return deps.apple.session(openCredentials(deps, teamKey), watched, AbortSignal.timeout(CALLER_PATIENCE_MS))
}
