import { cardTable } from '../cell.ts'
import {
  IDLE_DOUBT_WORDS,
  type DashboardUser,
  type IdleReason,
  type IdleRule,
  type ReclaimMode,
  type Roster,
} from '@flightroster/core/domain'
import type { IdleList } from '@flightroster/core/usecases/idle'
import { editionField } from '../edition.ts'
import type { Form } from '../forms.ts'
import { html, path, query, type Html } from '../html.ts'
import { askFirst, button, layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, number, pill, when } from '../words.ts'
import type { MemberNames } from './member-link.ts'

export const IDLE_PAGE_SIZE = 100

export interface IdlePage {
  user: DashboardUser
  privacy: Privacy
  now: number
  roster: Roster
  list: IdleList
  names: MemberNames
  /** Counted from 1. */
  page: number
  /** What somebody typed for the rule, and what was not saved. */
  typed?: Form | undefined
  notice?: Html | undefined
}

const REASONS: Record<IdleReason, string> = {
  not_accepted: 'invitation not accepted',
  not_installed: 'not installed',
  no_session: 'no session',
}

const RECLAIM: Record<ReclaimMode, string> = {
  never: 'Seats are taken back only when somebody asks for it.',
  when_full: 'Seats are taken back only while somebody waits for one.',
  always: 'Seats are taken back automatically.',
}

/** The rule of a roster in plain words. */
export function idleWords(rule: IdleRule | null): string {
  if (rule === null) return 'Seats that are not used are not looked for.'
  const { notAcceptedDays, notInstalledDays, noSessionDays, graceDays, reclaim } = rule
  const parts = [
    notAcceptedDays === null ? null : `not accepted for ${count(notAcceptedDays, 'day')}`,
    notInstalledDays === null ? null : `not installed for ${count(notInstalledDays, 'day')}`,
    noSessionDays === null ? null : `no session for ${count(noSessionDays, 'day')}`,
  ].filter((part) => part !== null)
  if (parts.length === 0) return 'No reason is looked for.'
  return `Idle is: ${parts.join(', or ')}. The grace is ${count(graceDays, 'day')}. ${RECLAIM[reclaim]}`
}

export function idlePage(input: IdlePage): string {
  const { user, roster, list, now } = input
  const { candidates, unknown } = list
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
    </p>
    <h1>Idle testers</h1>
    <p class="lead">${idleWords(list.rule)}</p>
    ${input.notice}
    ${
      list.rule === null
        ? null
        : html`<p>
              ${count(candidates.length, 'candidate')}; of ${count(unknown, 'person', 'people')} it is not known. The
              group was read ${when(list.measuredAt, now, 'not yet')}, usage
              ${when(list.usageMeasuredAt, now, 'not yet')}.
            </p>
            <h2>Candidates</h2>
            ${candidates.length === 0 ? html`<p class="quiet">Nobody.</p>` : html`${takeBack(input)}${table(input)}`}
            <h2>Not known</h2>
            ${unknown === 0 ? html`<p class="quiet">Nobody.</p>` : doubts(list)}`
    }
    ${input.privacy.isOperator ? ruleForm(roster, input.typed) : null}`
  return layout({ title: 'Idle testers', section: 'console', user, body })
}

export const IDLE_FIELDS = {
  notAcceptedDays: 'Not accepted for, days',
  notInstalledDays: 'Not installed for, days',
  noSessionDays: 'No session for, days',
  graceDays: 'Grace, days',
  reclaim: 'Take seats back',
}

const DEFAULT_GRACE = 7

export const seenIdle = ({ idle }: Pick<Roster, 'idle'>) =>
  idle && [idle.notAcceptedDays, idle.notInstalledDays, idle.noSessionDays, idle.graceDays, idle.reclaim]

function ruleForm({ id, idle }: Roster, typed: Form | undefined): Html {
  const days = (name: 'notAcceptedDays' | 'notInstalledDays' | 'noSessionDays') =>
    html`<label
      >${IDLE_FIELDS[name]}
      <input type="number" name="${name}" min="1" value="${typed?.text(name) ?? idle?.[name] ?? ''}" class="short"
    /></label>`
  const mode = (value: ReclaimMode, label: string) =>
    html`<option
      value="${value}"
      ${(typed?.text('reclaim') ?? idle?.reclaim ?? 'never') === value ? html`selected` : null}
    >
      ${label}
    </option>`
  return html`<h2>The rule</h2>
    <form method="post" action="${path`/console/rosters/${id}/idle`}">
      ${editionField(seenIdle({ idle }))}
      <p>A reason without days is off. Without any reason, idle testers are not looked for.</p>
      ${days('notAcceptedDays')} ${days('notInstalledDays')} ${days('noSessionDays')}
      <label
        >${IDLE_FIELDS.graceDays}
        <input
          type="number"
          name="graceDays"
          min="0"
          value="${typed?.text('graceDays') ?? idle?.graceDays ?? DEFAULT_GRACE}"
          class="short"
          required
      /></label>
      <label
        >${IDLE_FIELDS.reclaim}
        <select name="reclaim">
          ${mode('never', 'never by itself')} ${mode('when_full', 'while somebody waits for a seat')}
          ${mode('always', 'when the grace is over')}
        </select></label
      >
      <button type="submit">Save the rule</button>
    </form>`
}

/** Waits for no grace; what the guard of the roster does not allow at once waits for an approval. */
function takeBack({ roster, privacy, list: { candidates } }: IdlePage): Html | null {
  const people = count(candidates.filter(({ protected: isProtected }) => !isProtected).length, 'person', 'people')
  if (!privacy.isOperator || candidates.every(({ protected: isProtected }) => isProtected)) return null
  return askFirst(
    'Take these seats back',
    `${people} would leave the app and stay on the roster, without waiting for the grace. Whoever another roster of the app wants in stays. If the guard of this roster does not allow so many at once, the plan waits for approval.`,
    button(path`/console/rosters/${roster.id}/idle/reclaim`, 'Yes, take them back', {}, 'danger'),
  )
}

function table({ roster, list: { candidates }, names, privacy, now, page }: IdlePage): Html {
  const from = (page - 1) * IDLE_PAGE_SIZE
  const here = path`/console/rosters/${roster.id}/idle`
  const hasNext = from + IDLE_PAGE_SIZE < candidates.length
  return html`${cardTable({
    title: 'Candidates',
    head: ['Id', 'Why', 'Since', 'Seat goes back'],
    rows: candidates
      .slice(from, from + IDLE_PAGE_SIZE)
      .map(({ id, reason, since, reclaimAt, protected: isProtected }) => [
        html`<a href="${names.href(roster.id, id)}">${privacy.id(id)}</a>`,
        REASONS[reason],
        when(since, now),
        isProtected ? pill('calm', 'protected') : when(reclaimAt, now, 'when somebody asks'),
      ]),
  })}
  ${
    page > 1 || hasNext
      ? html`<nav class="pager" aria-label="Pages">
          ${page > 1 ? html`<a rel="prev" href="${here}${query({ page: String(page - 1) })}">← Back</a>` : null}
          ${hasNext ? html`<a rel="next" href="${here}${query({ page: String(page + 1) })}">Next →</a>` : null}
        </nav>`
      : null
  }`
}

function doubts({ doubts: found }: IdleList): Html {
  return cardTable({
    title: 'Of whom it is not known',
    isNamed: false,
    head: [{ number: 'People' }, 'Why', 'What to do'],
    rows: found.map(({ code, count: people }) => [
      number(people),
      IDLE_DOUBT_WORDS[code].detail,
      IDLE_DOUBT_WORDS[code].action,
    ]),
  })
}
