import { CALLBACK_TYPES } from '@flightroster/core/domain'
import type { z } from 'zod'
import type { Form } from '../../forms.ts'
import { html, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'

/** What a rule is about: which types, of which rosters. Webhooks and notices choose alike. */
export interface Rule {
  types: readonly string[]
  rosters: readonly string[] | null
}

type FamilyOf<Type> = Type extends `${infer Family}.${string}` ? Family : never
/** In the order of the form. */
const FAMILY_WORDS: Record<FamilyOf<(typeof CALLBACK_TYPES)[number]>, string> = {
  member: 'People',
  build: 'Builds',
  roster: 'Rosters',
  team_key: 'Team keys',
}
const WORDS: Readonly<Record<string, string | undefined>> = {
  'member.waiting': 'waits for an address or a seat',
  'member.revoked': 'stopped testing',
  'member.idle': 'does not use the seat, which is taken back soon',
  'member.reclaimed': 'the seat was taken back',
  'member.address_changed': 'gave another address',
  'build.available': 'can be tested',
  'build.expiring': 'expires soon',
  'roster.held': 'a plan waits for a decision',
  'roster.blocked': 'only a person can go on',
  'roster.recovered': 'goes on again',
  'team_key.rejected': 'Apple refuses it',
  'team_key.recovered': 'works again',
}

const wordsOf = (type: string) => WORDS[type] ?? type.slice(type.indexOf('.') + 1).replaceAll('_', ' ')

export function ruleFields({ types, rosters }: Rule): Html {
  const isChosen = (type: string) =>
    types.includes('*') || types.includes(type) || types.includes(`${type.slice(0, type.indexOf('.'))}.*`)
  return html`<fieldset>
      <legend>What is told</legend>
      ${Object.entries(FAMILY_WORDS).map(
        ([family, words]) =>
          html`<p><strong>${words}</strong></p>
            ${CALLBACK_TYPES.filter((type) => type.startsWith(`${family}.`)).map(
              (type) =>
                html`<label class="check"
                  ><input type="checkbox" name="type:${type}" ${isChosen(type) ? html` checked` : null} />
                  ${wordsOf(type)} <small class="quiet">${type}</small></label
                >`,
            )}`,
      )}
    </fieldset>
    <label
      >Only these rosters <small>Ids with commas between them; empty: all.</small
      ><input name="rosters" value="${(rosters ?? []).join(', ')}" autocomplete="off"
    /></label>`
}

export function readRule(form: Form): { types: string[]; rosters: string[] | null } {
  const chosen = CALLBACK_TYPES.filter((type) => form.has(`type:${type}`))
  const rosters = form
    .text('rosters')
    .split(/[\s,]+/)
    .filter(Boolean)
  return {
    types: chosen.length === CALLBACK_TYPES.length ? ['*'] : chosen,
    rosters: rosters.length === 0 ? null : rosters,
  }
}

const FIELD_WORDS: Readonly<Record<string, string | undefined>> = {
  types: 'Choose at least one thing to be told.',
  rosters: 'These are not roster ids.',
  url: 'This is not a URL that can be called.',
  target: 'Say where to send it.',
}

export const TOLD_LABELS = { types: 'what is told', rosters: 'rosters' }

/** What is wrong with a form, in sentences. */
export function ruleFault({ issues }: z.ZodError): Html {
  const fields = [...new Set(issues.map(({ path }) => String(path[0] ?? '')))]
  return notice(
    'problem',
    'Nothing was saved.',
    html`${fields.map((field) => html`<p>${FIELD_WORDS[field] ?? `Correct “${field}”.`}</p>`)}`,
  )
}
