import { rule, type ErrorRule } from './rule.ts'

/** What a caller sent. */
export const REQUEST_RULES = {
  request_invalid: rule('reject', 'request', 'The request is not valid.', 'Correct the fields that errors[] names.'),
  unauthenticated: rule('reject', 'request', 'No valid token.', 'Send "Authorization: Bearer <token>".'),
  scope_missing: rule(
    'reject',
    'request',
    'The token may not do this.',
    'Use a token that has the scope named in the detail.',
  ),
  not_found: rule('reject', 'request', 'Not found.', 'Check the id.'),
  method_not_allowed: rule(
    'reject',
    'request',
    'This path does not support this method.',
    'See /docs for the methods it has.',
  ),
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
    'Split the roster, or ask the operator to raise ROSTER_LIMIT.',
  ),
  media_type_unsupported: rule(
    'reject',
    'request',
    'This media type or charset is not supported.',
    'Send JSON in UTF-8 with a content type that the route names.',
  ),
  rate_limited: rule('reject', 'request', 'Too many requests.', 'Wait for as many seconds as Retry-After says.'),
  idempotency_key_reused: rule(
    'reject',
    'request',
    'This Idempotency-Key was sent before with another body.',
    'Send the same body again, or another key for another event.',
  ),
  no_usable_event: rule('reject', 'request', 'None of the events could be used.', 'See the problem of each event.'),
  store_unavailable: rule(
    'retry',
    'request',
    'The store is not available now. Whether this was saved is unknown.',
    'Send the same request again after Retry-After: an id that is sent twice has one effect.',
  ),
  draining: rule('retry', 'request', 'This process is shutting down.', 'Send the request again.'),
  internal: rule(
    'retry',
    'request',
    'An unexpected error in Flightroster.',
    'Send the request again. If the error stays, read the log.',
  ),
} as const satisfies Record<string, ErrorRule>
