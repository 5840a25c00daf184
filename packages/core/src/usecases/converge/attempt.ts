import type { AppleSession, CallRecord } from '@flightroster/app-store-connect'
import { isWrite, type CallStep } from '../../domain/step.ts'
import { AppError, isAppError, type ErrorCode } from '../../errors.ts'
import type { StepDeps, Taken } from './take-steps.ts'
import { traceCall } from './trace-turns.ts'

/** So often a call goes out again whose token was rejected by chance. */
const CHANCES = 2

/** Answers about what was asked for, not about Apple's state or the key. */
export const REFUSALS: readonly ErrorCode[] = [
  'apple_refused',
  'apple_not_found',
  'address_invalid',
  'apple_request_invalid',
]

/** These speak of the key, or of nothing: random 401s on good keys are common. */
const DOUBTFUL: readonly ErrorCode[] = ['key_rejected', 'key_forbidden', 'agreement_required']

/** Look-ups and membership reads alike. */
export const READS = 'GET /v1/betaTesters'
const ENDPOINT_OF = {
  look_up: READS,
  read_membership: READS,
  create: 'POST /v1/betaTesters',
  add: 'POST /v1/betaGroups/{id}/relationships/betaTesters',
  remove: 'DELETE /v1/betaGroups/{id}/relationships/betaTesters',
  remove_app: 'DELETE /v1/apps/{id}/relationships/betaTesters',
  invite: 'POST /v1/betaTesterInvitations',
} as const satisfies Record<CallStep['do'], string>

export const endpointOf = ({ do: kind }: CallStep): string => ENDPOINT_OF[kind]

/** `refused`: for the caller to go on with; `ended`: each of them was told already. */
type Attempt<T> = { is: 'answer'; value: T } | { is: 'refused'; error: AppError } | { is: 'ended' }

interface AttemptOptions {
  /** Refusals that the caller goes on with. */
  takes?: (error: AppError) => boolean
  /** A read on behalf of a write, which stays as it was noted. */
  reads?: boolean
}

/** One call for the turns of a chunk. */
export async function attempt<T>(
  deps: StepDeps,
  chunk: Taken[],
  call: (session: AppleSession) => Promise<T>,
  options: AttemptOptions = {},
): Promise<Attempt<T>> {
  const { brakes, listener } = deps
  const [first] = chunk
  if (!first) return { is: 'ended' }
  const isRead = options.reads === true || !isWrite(first.step)
  const endpoint = isRead ? READS : endpointOf(first.step)
  for (let chances = CHANCES; ; chances--) {
    await brakes.judged()
    const opensAt = brakes.opensAt(endpoint)
    if (!brakes.goesOn() || opensAt > 0) {
      for (const item of chunk) {
        if (!isRead) listener.unsent(item)
        if (opensAt > 0) listener.postponed(item, opensAt)
      }
      return { is: 'ended' }
    }
    try {
      return { is: 'answer', value: await call(deps.sessionFor((record) => noteCall(chunk, record))) }
    } catch (thrown) {
      if (!isAppError(thrown)) throw thrown
      let error: AppError = thrown
      if (DOUBTFUL.includes(error.code) && (await brakes.doubt(error)) === 'works') {
        // Random 401s on good keys are common; a 403 is not chance, it is about this one endpoint.
        if (error.code === 'key_rejected' && chances > 0) continue
        error = new AppError('call_forbidden', { details: error.details, cause: error })
      }
      const speaksOfNobody = isRead && REFUSALS.includes(error.code) && error.code !== 'address_invalid'
      if (speaksOfNobody || error.code === 'call_forbidden') brakes.refused(endpoint, error)
      if (options.takes?.(error)) {
        const isGone = error.code === 'apple_not_found' && (await listener.missesGroup(chunk))
        return isGone ? { is: 'ended' } : { is: 'refused', error }
      }
      for (const item of chunk) await listener.failed(item, error, chunk.length, isRead ? 'read' : 'step')
      return { is: 'ended' }
    }
  }
}

function noteCall(chunk: Taken[], record: CallRecord): void {
  traceCall(
    chunk.map(({ turn }) => turn),
    record,
  )
  const call = `${record.method} ${record.path}`
  const status = record.status ?? 0
  for (const { turn } of chunk) {
    turn.calls.push(record.appleCode === null ? [call, status] : [call, status, record.appleCode])
    turn.callMs.push(Math.round(record.durationMs))
  }
}
