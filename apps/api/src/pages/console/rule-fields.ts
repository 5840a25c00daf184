import type { RosterPolicies } from '@flightroster/core/domain'
import { z } from 'zod'
import { rosterBody } from '../../routes/rosters/schema.ts'
import { toNumber } from '../form-faults.ts'
import type { Form } from '../forms.ts'
import { html, type Html } from '../html.ts'
import { readShape } from '../../schemas/read-shape.ts'

/** The rules that the console asks for, where an app is connected and afterwards. Seats, idle testers and SCIM have pages of their own. */
export type Rules = Pick<
  RosterPolicies,
  | 'builds'
  | 'submitForReview'
  | 'heldBuilds'
  | 'removal'
  | 'unmanagedTesters'
  | 'removedByHand'
  | 'removalGuard'
  | 'reconcileEveryMinutes'
>

const {
  builds,
  submitForReview,
  heldBuilds,
  removal,
  unmanagedTesters,
  removedByHand,
  removalGuard,
  reconcileEveryMinutes,
} = rosterBody.shape
const { percent, atLeast } = removalGuard.unwrap().shape
/** The same shapes as the API's, but flat: a form has no fields within fields. */
const rulesForm = z.object({
  builds,
  submitForReview,
  heldBuilds,
  removal,
  unmanagedTesters,
  removedByHand,
  percent,
  atLeast,
  reconcileEveryMinutes,
})

export const RULE_LABELS: Record<string, string> = {
  percent: 'Percent of the roster',
  atLeast: 'People at least',
  reconcileEveryMinutes: 'Minutes between reconciliations',
}

/** As the page of a roster calls them. */
export const RULE_NAMES = {
  builds: 'New builds',
  submitForReview: 'Submitting for review',
  heldBuilds: 'Approved builds that Apple holds',
  removal: 'Who leaves',
  unmanagedTesters: 'Unmanaged testers',
  removedByHand: 'Taken out by hand',
  removalGuard: 'Held for a decision',
  reconcileEveryMinutes: 'Reconciled with Apple',
} satisfies Record<keyof Rules, string>

export const rulesOf = (rules: Rules) => [
  rules.builds,
  rules.submitForReview,
  rules.heldBuilds,
  rules.removal,
  rules.unmanagedTesters,
  rules.removedByHand,
  rules.removalGuard.percent,
  rules.removalGuard.atLeast,
  rules.reconcileEveryMinutes,
]

/** What was left empty or out is as it is by default; what is not valid is told, and nothing is kept. */
export function readRules(form: Form) {
  const text = (name: string) => form.text(name) || undefined
  const number = (name: string) => (form.text(name) === '' ? undefined : toNumber(form.text(name)))
  const read = readShape(rulesForm, {
    builds: text('builds'),
    submitForReview: form.text('builds') === 'automatic' && form.has('submitForReview'),
    heldBuilds: text('heldBuilds'),
    removal: text('removal'),
    unmanagedTesters: text('unmanagedTesters'),
    removedByHand: text('removedByHand'),
    percent: number('percent'),
    atLeast: number('atLeast'),
    reconcileEveryMinutes: number('reconcileEveryMinutes'),
  })
  if (!read.success) return read
  const { percent: most, atLeast: people, ...rules } = read.data
  return {
    success: true as const,
    data: { ...rules, removalGuard: { percent: most, atLeast: people } } satisfies Rules,
  }
}

/** Rules as they were typed: a text that is not a number is shown unchanged. */
export type ShownRules = Omit<Rules, 'removalGuard' | 'reconcileEveryMinutes'> & {
  removalGuard: Record<'percent' | 'atLeast', number | string>
  reconcileEveryMinutes: number | string
}

export function typedRules(form: Form, known: ShownRules): ShownRules {
  const choice = <T extends string>(
    name: string,
    shape: { safeParse: (value: unknown) => { data?: T | undefined } },
    or: T,
  ) => (form.has(name) ? (shape.safeParse(form.text(name)).data ?? or) : or)
  return {
    builds: choice('builds', builds, known.builds),
    submitForReview: form.has('submitForReview'),
    heldBuilds: choice('heldBuilds', heldBuilds, known.heldBuilds),
    removal: choice('removal', removal, known.removal),
    unmanagedTesters: choice('unmanagedTesters', unmanagedTesters, known.unmanagedTesters),
    removedByHand: choice('removedByHand', removedByHand, known.removedByHand),
    removalGuard: { percent: form.text('percent'), atLeast: form.text('atLeast') },
    reconcileEveryMinutes: form.text('reconcileEveryMinutes'),
  }
}

export function ruleFields(now: ShownRules): Html {
  return html`${options(
      'builds',
      'When a new build is there',
      [
        ['manual', 'somebody adds it to the group in App Store Connect'],
        ['automatic', 'the group gets it by itself'],
      ],
      now,
      html`<label class="row"
        ><input type="checkbox" name="submitForReview" value="yes" ${now.submitForReview ? html` checked` : null} />
        <span>and, by itself, the first build of a version is submitted for beta review</span></label
      >`,
    )}
    ${options(
      'heldBuilds',
      'When Apple has approved a build, and holds it until somebody presses “Notify Testers”',
      [
        ['report', 'only say so'],
        ['release', 'release it to the testers'],
      ],
      now,
    )}
    ${options(
      'removal',
      'When somebody leaves the roster',
      [
        ['group', 'take them out of the group; builds they have may run until they expire'],
        ['app', 'take the app away from them altogether'],
      ],
      now,
    )}
    ${options(
      'unmanagedTesters',
      'Testers in the group whom nobody put on the roster',
      [
        ['keep', 'stay, and are counted as unmanaged'],
        ['remove', 'are removed'],
      ],
      now,
    )}
    ${options(
      'removedByHand',
      'When somebody of the roster is taken out in App Store Connect',
      [
        ['restore', 'put them back'],
        ['report', 'only report it'],
      ],
      now,
    )}
    <fieldset>
      <legend>Ask me before many people leave</legend>
      <p>
        A list that would remove more than <label class="hidden" for="percent">Percent of the roster</label
        ><input
          id="percent"
          type="number"
          name="percent"
          min="0"
          max="100"
          value="${now.removalGuard.percent}"
          class="short"
        />
        % of the roster and at least <label class="hidden" for="atLeast">People at least</label
        ><input
          id="atLeast"
          type="number"
          name="atLeast"
          min="0"
          max="100000"
          value="${now.removalGuard.atLeast}"
          class="short"
        />
        people is held until somebody approves it.
      </p>
    </fieldset>
    <div class="field narrow">
      <label for="reconcileEveryMinutes">${RULE_LABELS['reconcileEveryMinutes']}</label
      ><small id="reconcile-help"
        >How often the roster is reconciled with the group at Apple. If nothing changed, that is one call.</small
      >
      <input
        id="reconcileEveryMinutes"
        type="number"
        name="reconcileEveryMinutes"
        min="1"
        max="10080"
        value="${now.reconcileEveryMinutes}"
        class="short"
        aria-describedby="reconcile-help"
      />
    </div>`
}

function options(
  name: 'builds' | 'heldBuilds' | 'removal' | 'unmanagedTesters' | 'removedByHand',
  legend: string,
  choices: [string, string][],
  now: ShownRules,
  more?: Html,
): Html {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${choices.map(
      ([value, words]) =>
        html`<div>
          <label class="row"
            ><input type="radio" name="${name}" value="${value}" ${now[name] === value ? html` checked` : null} />
            <span>${words}</span></label
          >
        </div>`,
    )}
    ${more}
  </fieldset>`
}
