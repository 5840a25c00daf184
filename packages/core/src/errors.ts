/**
 * Every way a thing can go wrong, once: the code callers and program managers see, what follows from it, and what to do.
 * `docs/errors.md` is generated from this table; apps/api adds the HTTP status; the worker reads the disposition.
 */
import { APPLE_ERRORS, isAppleError, type AppleErrorCode } from '@flightroster/app-store-connect'

/** What the job that met the error does next. `retry` costs an attempt, `wait` and `block` never do. */
export type Disposition = 'retry' | 'wait' | 'block' | 'reject'

/** How far the stop reaches. `request` is a caller's own request, nothing beyond it. */
export type Reach = 'request' | 'member' | 'roster' | 'lane'

/** What follows from an error code, wherever it occurs. */
export interface ErrorRule {
  disposition: Disposition
  stops: Reach
  title: string
  action: string
}

const rule = (disposition: Disposition, stops: Reach, title: string, action: string): ErrorRule => ({
  disposition,
  stops,
  title,
  action,
})

const RULES = {
  // What a caller sent
  request_invalid: rule('reject', 'request', 'The request is not valid.', 'Correct the places named in errors[].'),
  unauthenticated: rule('reject', 'request', 'No valid token.', 'Send "Authorization: Bearer <token>".'),
  scope_missing: rule('reject', 'request', 'The token may not do this.', 'Use a token with the scope named.'),
  not_found: rule('reject', 'request', 'Not found.', 'Check the id.'),
  method_not_allowed: rule('reject', 'request', 'This path has no such method.', 'See /docs for the methods it has.'),
  conflict: rule(
    'reject',
    'request',
    'Someone else is changing this right now.',
    'Send the request again in a moment.',
  ),
  body_too_large: rule('reject', 'request', 'The body is too large.', 'Send it in smaller pieces.'),
  batch_too_large: rule('reject', 'request', 'More than 1,000 events in one batch.', 'Send batches of at most 1,000.'),
  list_too_long: rule(
    'reject',
    'request',
    'The list has more rows than a roster may have.',
    'Split the roster, or have ROSTER_LIMIT raised.',
  ),
  media_type_unsupported: rule(
    'reject',
    'request',
    'This media type or charset is not read here.',
    'Send JSON in UTF-8 with a content type that the route names.',
  ),
  rate_limited: rule('reject', 'request', 'Too many requests.', 'Wait for the seconds that Retry-After names.'),
  idempotency_key_reused: rule(
    'reject',
    'request',
    'This Idempotency-Key was sent before with another body.',
    'Send the same body again, or another key for another event.',
  ),
  no_usable_event: rule('reject', 'request', 'Not one event could be used.', 'See the problem of each event.'),
  store_unavailable: rule(
    'retry',
    'request',
    'The store cannot take this now; whether it was kept is unknown.',
    'Send the same request again after Retry-After: the same id has one effect.',
  ),
  draining: rule('retry', 'request', 'This process is shutting down.', 'Send the request again.'),
  internal: rule('retry', 'request', 'An unexpected fault on our side.', 'Send it again; if it stays, read the log.'),

  // What an event, a member or a setting said
  event_invalid: rule('reject', 'request', 'The event is not valid.', 'Correct the place named in the detail.'),
  event_type_unknown: rule(
    'reject',
    'request',
    'This event type is not known.',
    'Send member.joined, member.updated or member.left.',
  ),
  roster_not_found: rule('reject', 'request', 'No such roster.', 'Create it with PUT /v1/rosters/{rosterId} first.'),
  limit_reached: rule(
    'reject',
    'request',
    'The limit is reached.',
    'Delete one that you no longer need, or use a token that is not bound to rosters.',
  ),
  roster_full: rule(
    'reject',
    'request',
    'The roster has as many members as it may have.',
    'Remove members, or have ROSTER_LIMIT raised.',
  ),
  newer_event: rule(
    'reject',
    'request',
    'An event with a later time decides about this person.',
    'Try again when that time is over.',
  ),
  member_id_invalid: rule(
    'reject',
    'request',
    'The member id is not valid.',
    'Use 1 to 256 UTF-8 bytes without control characters.',
  ),
  row_invalid: rule(
    'reject',
    'request',
    'The row of the list is not valid.',
    'Correct the row; the others were taken, and nobody that it names was removed.',
  ),
  list_unclear: rule(
    'wait',
    'request',
    'Some rows of the list could name anybody, so nobody is removed by it.',
    'See the rows that were left out, correct the list and send it again; its joins and changes were taken.',
  ),
  row_duplicate: rule(
    'reject',
    'request',
    'A row before names the same member.',
    'Keep one row for each member; the first one counts.',
  ),
  time_in_future: rule(
    'reject',
    'request',
    'The event is more than ten minutes ahead of our clock.',
    'Correct the clock of the sender, or send it without a time.',
  ),
  private_key_invalid: rule(
    'reject',
    'request',
    APPLE_ERRORS.private_key_invalid,
    'Paste the whole .p8 file as App Store Connect gave it.',
  ),
  team_key_in_use: rule('reject', 'request', 'A roster uses this team key.', 'Delete or move its rosters first.'),
  team_key_not_found: rule(
    'reject',
    'request',
    'No such team key.',
    'Add it with PUT /v1/team-keys/{teamKeyId} first.',
  ),
  app_not_found: rule(
    'reject',
    'request',
    'The team key sees no such app.',
    'Check the bundle id, and that the key belongs to the team of the app.',
  ),
  group_not_found: rule(
    'reject',
    'request',
    'The app has no such group.',
    'Choose one of GET /v1/team-keys/{id}/apps/{appId}/groups, or send "create": true with a name.',
  ),
  group_ambiguous: rule('reject', 'request', 'More than one group has this name.', 'Name the group by its id.'),
  group_internal: rule(
    'reject',
    'request',
    'This is an internal group: it takes only people of the team.',
    'Choose or create an external group.',
  ),
  group_in_use: rule('reject', 'request', 'Another roster holds this group.', 'A group serves one roster at a time.'),
  group_refused: rule(
    'reject',
    'request',
    'App Store Connect would not create the group.',
    'Make an internal group first (TestFlight → Internal Testing → +), and give the key the App Manager role.',
  ),
  plan_changed: rule(
    'reject',
    'request',
    'The roster has changed since the plan was shown.',
    'Look at the fresh plan, then decide on that one.',
  ),
  roster_bound: rule(
    'reject',
    'request',
    "A roster's app and group are for life.",
    'Make a new roster for the other group, then delete this one.',
  ),

  public_url_missing: rule(
    'reject',
    'request',
    'The address at which others reach this API is not known.',
    'Set PUBLIC_URL to the http or https address of the API as the world sees it, and restart it.',
  ),
  signature_invalid: rule(
    'reject',
    'request',
    'The signature does not match the body.',
    'Check that the signing secret here is the one that the sender uses. For Apple, PUT the apple-webhook of the roster again.',
  ),
  payload_not_understood: rule(
    'reject',
    'request',
    'The payload is not one that this sender documents.',
    'Check the kind of the source, and try the payload with POST /v1/sources/{sourceId}/try.',
  ),
  map_invalid: rule(
    'reject',
    'request',
    "The source's expression is not valid JSONata.",
    'Correct "map", and try it with POST /v1/sources/{sourceId}/try.',
  ),
  secret_missing: rule(
    'reject',
    'request',
    'A new source needs its signing secret.',
    'Send "secret", as the membership system shows it.',
  ),
  source_kind_fixed: rule(
    'reject',
    'request',
    'The kind of a source cannot be changed.',
    'Make a new source, then delete this one.',
  ),
  url_not_allowed: rule(
    'reject',
    'request',
    'Callbacks may not go to this URL.',
    'Use an http or https URL without user name and password, at a public address; for private networks set WEBHOOK_ALLOW_PRIVATE=true.',
  ),
  webhook_disabled: rule(
    'reject',
    'request',
    'The webhook is disabled: its endpoint gave no good answer for five days.',
    'Mend the endpoint, then enable the webhook with PUT /v1/webhooks/{webhookId}.',
  ),

  // What became of a member
  address_invalid: rule(
    'reject',
    'member',
    APPLE_ERRORS.address_invalid,
    'Correct the address in the membership system.',
  ),
  address_missing: rule(
    'wait',
    'member',
    'No e-mail address is known yet.',
    'Send a member.updated event with the address of the Apple account.',
  ),
  seats_full: rule(
    'wait',
    'member',
    'The app has no seat for this person: all are taken, or kept for other rosters.',
    'Remove testers of the app, or keep fewer seats for others; the member goes in by itself, by priority of the roster, then by arrival.',
  ),
  build_missing: rule(
    'wait',
    'member',
    APPLE_ERRORS.build_missing,
    'Add an approved build to the group in App Store Connect (TestFlight → the group → Builds → +).',
  ),
  build_not_released: rule(
    'wait',
    'member',
    'The group has builds, but none that external testers can install yet, so Apple has sent no invitation.',
    'See the build in App Store Connect (TestFlight → Builds): wait for its beta review, upload another one where it was rejected, or press "Notify Testers" where it is approved.',
  ),
  invitation_refused: rule(
    'reject',
    'member',
    'App Store Connect would not send the invitation that was asked for.',
    'See the timeline for the answer, and ask for the invitation again when its cause is gone.',
  ),
  invitation_unknown: rule(
    'reject',
    'member',
    'App Store Connect gave no usable answer to the invitation, so it is not known whether the mail went out.',
    'Ask the person, and ask for the invitation again where no mail came.',
  ),
  testing_stopped: rule(
    'reject',
    'member',
    'The person stopped testing, or was removed from the app.',
    'A new member.joined event, or the invitation button, invites the person again.',
  ),
  removed_by_hand: rule(
    'reject',
    'member',
    'The tester was taken out of the group in App Store Connect.',
    'Add the tester there again, or have the member converged: POST /v1/rosters/{rosterId}/members/{memberId}/converge.',
  ),
  idle_rule_missing: rule(
    'reject',
    'request',
    'This roster has no rule that says who is idle.',
    'Put the roster with `idle`: after how many days somebody counts as idle.',
  ),
  idle_reclaimed: rule(
    'reject',
    'member',
    'The seat was taken back, since it was not used.',
    'A new member.joined event, or "Put back" (POST …/restore), gives the person a seat and an invitation again.',
  ),
  apple_refused: rule(
    'retry',
    'member',
    APPLE_ERRORS.apple_refused,
    'See the timeline for the answer; it is tried again, and can be retried by hand.',
  ),
  apple_request_invalid: rule(
    'reject',
    'member',
    'App Store Connect does not understand our request: a fault of Flightroster.',
    'Report it with the timeline of the member.',
  ),
  job_parked: rule(
    'reject',
    'member',
    'Carrying out this change ended its worker three times.',
    'Look at the worker log, then converge the member.',
  ),
  retries_exhausted: rule(
    'reject',
    'member',
    'All attempts over a day have failed.',
    'See the timeline for the last answer; retry when its cause is gone.',
  ),

  // What App Store Connect, or the way to it, is doing
  apple_unreachable: rule('retry', 'member', APPLE_ERRORS.apple_unreachable, 'Nothing: it is tried again.'),
  apple_unavailable: rule('retry', 'member', APPLE_ERRORS.apple_unavailable, 'Nothing: it is tried again.'),
  apple_answer_unreadable: rule('retry', 'member', APPLE_ERRORS.apple_answer_unreadable, 'Nothing: it is tried again.'),
  call_forbidden: rule(
    'retry',
    'member',
    'App Store Connect refuses this kind of request, though the team key works.',
    'Nothing: it is tried again. If it stays, check the role of the key and the state of the app in App Store Connect.',
  ),
  apple_not_found: rule('retry', 'member', APPLE_ERRORS.apple_not_found, 'Nothing: it is read again.'),
  apple_rate_limited: rule('wait', 'lane', APPLE_ERRORS.apple_rate_limited, 'Nothing: the lane goes on later.'),
  budget_exhausted: rule(
    'wait',
    'lane',
    "The team key's hourly quota is used up to the reserve.",
    'Nothing: the lane goes on as the hour rolls.',
  ),
  lease_lost: rule('wait', 'lane', 'Another worker serves this lane now.', 'Nothing: that worker goes on.'),
  key_rejected: rule(
    'block',
    'lane',
    APPLE_ERRORS.key_rejected,
    'Check issuer id, key id and .p8 in Users and Access → Integrations → App Store Connect API → Team Keys; replace the key if it was revoked.',
  ),
  key_forbidden: rule(
    'block',
    'lane',
    APPLE_ERRORS.key_forbidden,
    'Give the key the App Manager role (make a new one: roles cannot be changed), and check that the membership of the developer program is paid.',
  ),
  agreement_required: rule(
    'block',
    'lane',
    APPLE_ERRORS.agreement_required,
    'The account holder accepts it in App Store Connect → Business → Agreements.',
  ),
  secret_unreadable: rule(
    'block',
    'lane',
    'A secret that is kept does not open with ENCRYPTION_KEY.',
    'Start with the ENCRYPTION_KEY that sealed it, or name that one in ENCRYPTION_KEY_PREVIOUS; or put the key again.',
  ),
  clock_off: rule('wait', 'lane', "This machine's clock is off.", 'Set the clock by NTP.'),
  roster_held: rule(
    'block',
    'roster',
    'A plan that removes people waits for a decision.',
    'Look at the plan under reconciliations, then approve or reject it.',
  ),
  group_gone: rule(
    'block',
    'roster',
    'The group does not exist any more.',
    'Make a new roster with another group, then delete this one.',
  ),
} as const satisfies Record<string, ErrorRule> & Record<AppleErrorCode, ErrorRule>

/** Every error that has a code; the codes are part of the contract of the API. */
export type ErrorCode = keyof typeof RULES

/** What follows from each code; docs/errors.md is made from it. */
export const ERROR_RULES: Readonly<Record<ErrorCode, ErrorRule>> = RULES

/** Every code, in the order of the table. */
export const ERROR_CODES =
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- by its type the record has a key for each code, and no other
  Object.keys(ERROR_RULES) as ErrorCode[]

/** What an error tells beyond its code. */
export interface AppErrorInit {
  /** One sentence that names the thing and the next step; the table's title when absent. Never an address, never a key. */
  message?: string
  /** Ids and Apple's codes for the log and the timeline; never an address or a secret. */
  details?: Record<string, unknown>
  retryAfterMs?: number
  cause?: unknown
}

/** What stops us. Compare `code`, never the message. */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown>
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, init: AppErrorInit = {}) {
    super(init.message ?? ERROR_RULES[code].title, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
    this.retryAfterMs = init.retryAfterMs
  }
}

/**
 * Whether it is one of ours, and has one of these codes where any are given. The client of App Store Connect throws errors of a class of
 * its own: of the same form, with codes that are all in the table. So nobody asks for the class itself.
 */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return (error instanceof AppError || isAppleError(error)) && (codes.length === 0 || codes.includes(error.code))
}
