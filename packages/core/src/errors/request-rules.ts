import { rule, type ErrorRule } from './rule.ts'

/** What a caller sent. */
export const REQUEST_RULES = {
  request_invalid: rule('reject', 'request', 'The request is not valid.', 'Correct the places named in errors[].'),
  unauthenticated: rule('reject', 'request', 'No valid token.', 'Send "Authorization: Bearer <token>".'),
  scope_missing: rule('reject', 'request', 'The token may not do this.', 'Use a token with the scope named.'),
  not_found: rule('reject', 'request', 'Not found.', 'Check the id.'),
  method_not_allowed: rule('reject', 'request', 'This path has no such method.', 'See /docs for the methods it has.'),
  conflict: rule(
    'reject',
    'request',
    'This is being changed, or was changed meanwhile.',
    'Look at it as it is now. If the change is still wanted, send it again.',
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
} as const satisfies Record<string, ErrorRule>
