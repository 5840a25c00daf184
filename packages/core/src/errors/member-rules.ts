import { APPLE_ERRORS } from '@flightroster/app-store-connect'
import { rule, type ErrorRule } from './rule.ts'

/** What became of a member. */
export const MEMBER_RULES = {
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
    'Send the person the link to their own page, where they give it, or have the membership system send the address of the Apple account.',
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
} as const satisfies Record<string, ErrorRule>
