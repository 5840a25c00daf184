import { ROOT } from './root.ts'

export interface WebhookKeys {
  /** hash: delivery id → Delivery */
  deliveries: string
  /** sorted set: every delivery id by its order of arrival */
  log: string
  /** sorted set, all scores 0: `<subject>\0<order>\0<delivery id>` of those pending; the first of a subject is tried, the others wait */
  line: string
  /** hash: delivery id → its entry in `line` */
  places: string
  /** sorted set: delivery ids by their next try (ms) */
  due: string
  /** sorted set: delivery ids being tried, by when their worker counts as dead (ms) */
  inFlight: string
  /** sorted set: delivery ids that ended, by when (ms) */
  ended: string
  /** hash: delivery id → `<count>:<ms>`: how often it was brought forward, and when last */
  forwards: string
  /** hash: born (when the webhook was made that all this is of, ms), order (counter), failures in a row, failingSince (ms), disabledAt (ms) */
  health: string
  /** hash, of a notice: sentAt and quietFrom (ms), error, and `told <thing>` → the state that was told last */
  notice: string
  /** set with expiry, of a notice: delivery ids that an earlier message has told */
  covered: string
}

/** No team key id holds a colon, so the hash tag is nobody else's. */
export function webhookKeys(webhookId: string): WebhookKeys {
  const root = `${ROOT}:{wh:${webhookId}}`
  return {
    deliveries: `${root}:deliveries`,
    log: `${root}:log`,
    line: `${root}:line`,
    places: `${root}:places`,
    due: `${root}:due`,
    inFlight: `${root}:in-flight`,
    ended: `${root}:ended`,
    forwards: `${root}:forwards`,
    health: `${root}:health`,
    notice: `${root}:notice`,
    covered: `${root}:covered`,
  }
}
