import { APPLE_ERRORS } from '@flightroster/app-store-connect'
import { rule, type ErrorRule } from './rule.ts'

/** What App Store Connect, or the way to it, is doing. */
export const APPLE_RULES = {
  apple_unreachable: rule('retry', 'member', APPLE_ERRORS.apple_unreachable, 'Nothing: Flightroster tries again.'),
  apple_unavailable: rule('retry', 'member', APPLE_ERRORS.apple_unavailable, 'Nothing: Flightroster tries again.'),
  apple_answer_unreadable: rule(
    'retry',
    'member',
    APPLE_ERRORS.apple_answer_unreadable,
    'Nothing: Flightroster tries again.',
  ),
  call_forbidden: rule(
    'retry',
    'member',
    'App Store Connect refuses this kind of request, although the team key works.',
    'Nothing: Flightroster tries again. If the refusals continue, check the role of the key and the state of the app in App Store Connect.',
  ),
  apple_not_found: rule('retry', 'member', APPLE_ERRORS.apple_not_found, 'Nothing: Flightroster reads it again.'),
  apple_rate_limited: rule('wait', 'lane', APPLE_ERRORS.apple_rate_limited, 'Nothing: the lane continues later.'),
  budget_exhausted: rule(
    'wait',
    'lane',
    "The team key's hourly quota is used up, except for the reserve.",
    'Nothing: the lane continues as soon as the rolling hour has room.',
  ),
  lease_lost: rule('wait', 'lane', 'Another worker serves this lane now.', 'Nothing: that worker continues.'),
  key_rejected: rule(
    'block',
    'lane',
    APPLE_ERRORS.key_rejected,
    'Check the issuer id, the key id and the .p8 file under Users and Access → Integrations → App Store Connect API → Team Keys. If the key was revoked, replace it.',
  ),
  key_forbidden: rule(
    'block',
    'lane',
    APPLE_ERRORS.key_forbidden,
    'Make a new key with the App Manager role (the role of a key cannot be changed), and check that the membership in the Apple Developer Program has not expired.',
  ),
  agreement_required: rule(
    'block',
    'lane',
    APPLE_ERRORS.agreement_required,
    'The Account Holder has to accept it in App Store Connect → Business → Agreements.',
  ),
  secret_unreadable: rule(
    'block',
    'lane',
    'A stored secret cannot be opened with ENCRYPTION_KEY.',
    'Start with the ENCRYPTION_KEY that sealed it, or set that one as ENCRYPTION_KEY_PREVIOUS. If it is lost, enter the secret again.',
  ),
  clock_off: rule('wait', 'lane', 'The clock of this machine is wrong.', 'Synchronize the clock by NTP.'),
  roster_held: rule(
    'block',
    'roster',
    'A plan that removes people waits for a decision.',
    'Look at the plan under reconciliations, then approve or reject it.',
  ),
  group_gone: rule(
    'block',
    'roster',
    'The group no longer exists.',
    'Make a new roster with another group, then delete this one.',
  ),
} as const satisfies Record<string, ErrorRule>
