import { nextTryAt, type CallbackAnswer } from '../../callbacks/index.ts'
import type { Delivery, DeliveryAttempt } from '../../domain/delivery.ts'
import type { DeliveryClaim, DeliveryEnding } from '../../store/index.ts'
import type { TryDeps } from './try-deps.ts'

const ATTEMPTS_KEPT = 50
/** Characters of all answers of one delivery, as they are stored: three days of tries at whoever answers much would fill the store. */
const ANSWERS_KEPT = 8 * 1024

/** Of a fact that its webhook is not told any more. */
export const NOT_SENT: CallbackAnswer = {
  status: null,
  answer: 'Not sent: the webhook is not for the roster that this is about any more.',
  durationMs: 0,
  isAborted: false,
}

/** For a webhook, or a notice, that was deleted; this one was made under its id since. */
export const isOfFormer = ({ born }: DeliveryClaim, { createdAt }: { createdAt: number }) =>
  born > 0 && born < createdAt

/** What one try comes to: delivered, again by the schedule, or given up. */
export function conclude(
  deps: Pick<TryDeps, 'clock' | 'random'>,
  before: Delivery,
  at: number,
  { status, answer, durationMs, isAborted }: CallbackAnswer,
): { delivery: Delivery; ending: DeliveryEnding } {
  if (isAborted) return { delivery: before, ending: { kind: 'released' } }
  const attempts = withinBounds([...before.attempts, { at, status, durationMs, answer }])
  if (status !== null && status >= 200 && status < 300) {
    return { delivery: { ...before, attempts, status: 'delivered' }, ending: { kind: 'delivered' } }
  }
  const tries = before.tries + 1
  const firstTryAt = before.firstTryAt ?? at
  const next = nextTryAt({ tries, firstTryAt, now: deps.clock.now(), random: deps.random() })
  const delivery: Delivery = { ...before, attempts, tries, firstTryAt, status: next === null ? 'failed' : 'pending' }
  return { delivery, ending: next === null ? { kind: 'failed' } : { kind: 'again', at: next } }
}

/** What is not sent at all says nothing of the endpoint. */
export function drop(before: Delivery, at: number): { delivery: Delivery; ending: DeliveryEnding } {
  const { status, durationMs, answer } = NOT_SENT
  const attempts = withinBounds([...before.attempts, { at, status, durationMs, answer }])
  return { delivery: { ...before, attempts, status: 'failed' }, ending: { kind: 'dropped' } }
}

/** Stands where an answer was, so that nobody takes it for an empty one. */
const NO_LONGER_KEPT = 'No longer kept: the answers of later tries took its room.'

/** The newest tries, and of their answers the newest: an older one goes where there is no room for all of it. */
function withinBounds(attempts: readonly DeliveryAttempt[]): DeliveryAttempt[] {
  let room = ANSWERS_KEPT
  const newestFirst = attempts.slice(-ATTEMPTS_KEPT).toReversed()
  return newestFirst
    .map((attempt) => {
      const size = JSON.stringify(attempt.answer).length
      if (size > room && attempt.answer.length > NO_LONGER_KEPT.length) return { ...attempt, answer: NO_LONGER_KEPT }
      room -= size
      return attempt
    })
    .toReversed()
}
