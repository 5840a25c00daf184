import { APPLE_ERRORS } from '@flightroster/app-store-connect'
import { rule, type ErrorRule } from './rule.ts'

/** What App Store Connect, or the way to it, is doing. */
export const APPLE_RULES = {
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
} as const satisfies Record<string, ErrorRule>
