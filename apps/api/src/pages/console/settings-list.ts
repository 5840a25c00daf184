import type { Roster } from '@flightroster/core/domain'
import { html, type Html } from '../html.ts'
import { idleWords } from './idle-page.ts'
import { duration, number } from '../words.ts'

/** The rules of a roster in plain words. */
export function settingsList(roster: Roster): Html {
  const { percent, atLeast } = roster.removalGuard
  const rows: [string, string][] = [
    ['Team key', roster.teamKey],
    ...(roster.scimGroup
      ? ([['People come from', `the SCIM group “${roster.scimGroup}”.`]] satisfies [string, string][])
      : []),
    [
      'New builds',
      roster.builds === 'automatic'
        ? `The group gets every new build${roster.submitForReview ? '; the first of a version is submitted for review' : ''}.`
        : 'Somebody adds them in App Store Connect.',
    ],
    [
      'Approved builds that Apple holds',
      roster.heldBuilds === 'release'
        ? 'are released to the testers.'
        : 'are reported: somebody presses “Notify Testers”.',
    ],
    ['Seats that are not used', idleWords(roster.idle)],
    [
      'Who leaves',
      roster.removal === 'app'
        ? 'is taken out of the group and loses the app.'
        : 'is taken out of the group; builds they have may run until they expire.',
    ],
    [
      'Seats of the app',
      `${roster.seats.reserve === 0 ? 'None is' : roster.seats.reserve === 1 ? 'One is' : `${number(roster.seats.reserve)} are`} kept for this roster; who waits has priority ${roster.seats.priority}.`,
    ],
    ['Unmanaged testers', roster.unmanagedTesters === 'remove' ? 'are removed.' : 'stay, and are counted.'],
    ['Taken out by hand', roster.removedByHand === 'restore' ? 'is put back.' : 'is only reported.'],
    ['Held for a decision', `when a list would remove more than ${percent} % and at least ${atLeast} people.`],
    ['Reconciled with Apple', `every ${duration(roster.reconcileEveryMinutes * 60_000)}.`],
  ]
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`
}
