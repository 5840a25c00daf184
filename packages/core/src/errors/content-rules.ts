import { APPLE_ERRORS } from '@flightroster/app-store-connect'
import { rule, type ErrorRule } from './rule.ts'

/** What an event, a member or a setting said. */
export const CONTENT_RULES = {
  event_invalid: rule('reject', 'request', 'The event is not valid.', 'Correct the field that the detail names.'),
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
    'Remove members, or ask the operator to raise ROSTER_LIMIT.',
  ),
  newer_event: rule(
    'reject',
    'request',
    'An event with a later time than this change applies to this person.',
    'Try again after that time.',
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
    'Correct the row. The other rows were accepted, and nobody whom this row names was removed.',
  ),
  list_unclear: rule(
    'wait',
    'request',
    'Some rows of the list could name anybody, so the list removes nobody.',
    'Correct the rows that were left out, and send the list again. Its joins and changes were accepted.',
  ),
  row_duplicate: rule(
    'reject',
    'request',
    'An earlier row names the same member.',
    'Keep one row for each member; the first one counts.',
  ),
  time_in_future: rule(
    'reject',
    'request',
    'The event is more than ten minutes ahead of our clock.',
    'Correct the clock of the sender, or send the event without a time.',
  ),
  private_key_invalid: rule(
    'reject',
    'request',
    APPLE_ERRORS.private_key_invalid,
    'Paste the whole .p8 file as you downloaded it from App Store Connect.',
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
    'This is an internal group, which only people of the team can join.',
    'Choose or create an external group.',
  ),
  group_in_use: rule(
    'reject',
    'request',
    'Another roster uses this group.',
    'Choose another group: a group serves one roster at a time.',
  ),
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
    'The app and the group of a roster cannot be changed.',
    'Make a new roster for the other group, then delete this one.',
  ),

  public_url_missing: rule(
    'reject',
    'request',
    'The public address of this API is not known.',
    'Set PUBLIC_URL to the public http or https address of the API, and restart the API.',
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
    'The webhook is disabled: no delivery to its endpoint succeeded for five days, or too many waited for it.',
    'Fix the endpoint, then enable the webhook with PUT /v1/webhooks/{webhookId}.',
  ),
} as const satisfies Record<string, ErrorRule>
