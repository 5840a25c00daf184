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
    'Send the person the link to their own page, where they can enter it, or have the membership system send the address of their Apple Account.',
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
    'See the timeline for the answer. When its cause is resolved, ask for the invitation again.',
  ),
  invitation_unknown: rule(
    'reject',
    'member',
    'App Store Connect gave no usable answer to the invitation, so it is not known whether the mail went out.',
    'Ask the person whether the mail arrived. If it did not, ask for the invitation again.',
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
    'Add the tester there again, or converge the member: POST /v1/rosters/{rosterId}/members/{memberId}/converge.',
  ),
  idle_rule_missing: rule(
    'reject',
    'request',
    'This roster has no rule that says who is idle.',
    'Set `idle` of the roster: after how many days somebody counts as idle.',
  ),
  idle_reclaimed: rule(
    'reject',
    'member',
    'The seat was taken back because it was not used.',
    'A new member.joined event, or "Put back" (POST …/restore), gives the person a seat and an invitation again.',
  ),
  apple_refused: rule(
    'retry',
    'member',
    APPLE_ERRORS.apple_refused,
    'See the timeline for the answer. Flightroster tries again; you can also retry by hand.',
  ),
  apple_request_invalid: rule(
    'reject',
    'member',
    'App Store Connect does not understand our request. This is a bug in Flightroster.',
    'Report it with the timeline of the member.',
  ),
  job_parked: rule(
    'reject',
    'member',
    'The worker died three times while it carried out this change.',
    'Read the log of the worker, then converge the member.',
  ),
  retries_exhausted: rule(
    'reject',
    'member',
    'All attempts, over about a day, have failed.',
    'See the timeline for the last answer. Retry when its cause is resolved.',
  ),
} as const satisfies Record<string, ErrorRule>
