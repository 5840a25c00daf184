import { cardTable } from '../cell.ts'
import type { DashboardUser, IdleReason, Reconciliation, Roster, WaitsFor } from '@flightroster/core/domain'
import { html, path, query, type Html } from '../html.ts'
import { askFirst, layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, number, pill, when, type Tone } from '../words.ts'
import type { MemberNames } from './member-link.ts'
import { personTable } from './person-table.ts'
import type { PlanPeople } from './plan-people.ts'
import { waitNotice } from './wait-notice.ts'

const STATUS: Record<Reconciliation['status'], { word: string; tone: Tone }> = {
  running: { word: 'working', tone: 'busy' },
  held: { word: 'waits for a decision', tone: 'warn' },
  done: { word: 'done', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  rejected: { word: 'rejected', tone: 'quiet' },
}

const HELD: Record<NonNullable<Reconciliation['held']>, string> = {
  roster: 'it would remove more of this roster than its guard allows',
  team_key: 'the rosters of this team key together would lose more than the guard allows',
  empty: 'it would leave nobody on the roster',
  list: 'more of its rows were left out than accepted',
  list_unclear: 'some of its rows could name anybody, so the list removes nobody',
}

const kindOf = ({ kind, dryRun, fromEvents }: Reconciliation) =>
  fromEvents
    ? 'Removals by the identity provider'
    : kind === 'reclaim'
      ? dryRun
        ? 'Seats to take back, as a dry run'
        : 'Seats to take back'
      : kind === 'snapshot'
        ? 'A whole list'
        : dryRun
          ? 'A reconciliation, as a dry run'
          : 'A reconciliation with the group'

export interface PlansPage {
  user: DashboardUser
  roster: Roster
  plans: readonly Reconciliation[]
  next: string | null
  now: number
}

export function plansPage({ user, roster, plans, next, now }: PlansPage): string {
  const here = path`/console/rosters/${roster.id}/plans`
  const body = html`${crumbs(roster)}
    <h1>Plans and reconciliations</h1>
    ${
      plans.length === 0
        ? html`<p class="empty">None yet.</p>`
        : cardTable({
            title: 'Plans and reconciliations',
            head: ['What', 'Began', 'State', 'Plan'],
            rows: plans.map((plan) => [
              html`<a href="${here}/${plan.id}">${kindOf(plan)}</a>`,
              when(plan.startedAt, now),
              pill(STATUS[plan.status].tone, STATUS[plan.status].word),
              planWords(plan),
            ]),
          })
    }
    ${next ? html`<nav class="pager" aria-label="Pages"><a rel="next" href="${here}${query({ after: next })}">Next →</a></nav>` : null}`
  return layout({ title: 'Plans', section: 'console', user, body })
}

function planWords({ plan, unmanaged }: Reconciliation): string {
  const parts = [
    plan.add > 0 && `${number(plan.add)} to add`,
    plan.update > 0 && `${number(plan.update)} to change`,
    plan.remove > 0 && `${number(plan.remove)} to remove`,
    unmanaged.length > 0 && count(unmanaged.length, 'unmanaged tester'),
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'nothing to change' : parts.join(', ')
}

function crumbs(roster: Roster, plans = false): Html {
  return html`<p class="crumbs">
    <a href="/console">Rosters</a> ›
    <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a>
    ›${plans ? html` <a href="${path`/console/rosters/${roster.id}/plans`}">Plans and reconciliations</a> ›` : null}
  </p>`
}

export interface PlanPage {
  user: DashboardUser
  privacy: Privacy
  roster: Roster
  plan: Reconciliation
  people: PlanPeople
  /** Which page of each list, from 1. */
  pageOf: Record<keyof PlanPeople, number>
  /** What its roster waits for; null: nothing, or the plan is over. */
  waitsFor: WaitsFor | null
  names: MemberNames
  now: number
  notice?: Html | undefined
}

export function planPage(input: PlanPage): string {
  const { user, privacy, roster, plan, now } = input
  const { word, tone } = STATUS[plan.status]
  const body = html`${crumbs(roster, true)}
    <h1>${kindOf(plan)}</h1>
    ${input.notice} ${waitNotice(input.waitsFor, input)}
    <p>${pill(tone, word)}${heldWords(plan)}. Planned ${when(plan.startedAt, now)}.</p>
    <p>
      ${plan.by === undefined ? null : html`${plan.kind === 'snapshot' && !plan.fromEvents ? 'The list was sent by' : 'Asked for by'} ${privacy.text(plan.by)}.`}
      <a
        href="${path`/console/rosters/${roster.id}/activity`}${query({ kind: plan.kind === 'snapshot' ? 'list' : 'reconcile' })}"
        >Whom it changed</a
      >
    </p>
    ${plan.problem ? html`<div class="notice problem"><p>${privacy.text(plan.problem.detail)}</p></div>` : null}
    ${plan.decidedBy ? html`<p>Decided by ${plan.decidedBy}${plan.reason ? html`: “${privacy.text(plan.reason)}”` : null}.</p>` : plan.reason ? html`<p>${privacy.text(plan.reason)}</p>` : null}
    <div class="cards">
      ${[
        ['to add', plan.plan.add],
        ['to change', plan.plan.update],
        ['to remove', plan.plan.remove],
        ['as they are', plan.plan.unchanged],
      ].map(
        ([label, value]) =>
          html`<div class="card">
            <div class="value">${number(Number(value))}</div>
            <div class="label">${label}</div>
          </div>`,
      )}
    </div>
    ${progress(plan)} ${plan.status === 'held' && privacy.isOperator ? decision(roster, plan) : null}
    ${peopleLists(input)} ${keptList(input)}
    ${
      plan.unmanaged.length > 0
        ? html`<h2>Unmanaged testers in the group</h2>
            <p class="quiet">
              Testers whom nobody put on the roster; they
              ${plan.removesUnmanaged ? 'are removed, as the roster says' : 'stay'}.
            </p>
            <ul>
              ${plan.unmanaged.slice(0, 500).map(({ testerId, email }) => html`<li>${privacy.email(email) || testerId}</li>`)}
            </ul>`
        : null
    }`
  return layout({ title: 'Plan', section: 'console', user, body })
}

/** Why it waits, or why it did: that is not why somebody rejected it. */
function heldWords({ held, status }: Reconciliation): string {
  if (!held) return ''
  return status === 'held' ? ` because ${HELD[held]}` : `. It was held because ${HELD[held]}`
}

const KEPT_REASONS: Record<NonNullable<Reconciliation['kept']>[number]['reason'], string> = {
  protected: 'protected',
  wanted_elsewhere: 'another roster of this app wants the person in',
  address_shared: 'somebody else here has the same address',
  not_idle: 'not idle by the rule of this roster',
  unknown: 'it is not known whether the seat is used',
  joined_again: 'has joined again since the plan was made',
  reclaimed: 'the seat is taken back already',
  not_a_member: 'not on the roster',
}

const IDLE_WORDS: Record<IdleReason, string> = {
  not_accepted: 'has not accepted',
  not_installed: 'has not installed the app',
  no_session: 'has not opened the app',
}

const KEPT_SHOWN = 500

/** Whom it would have removed, and why it does not. */
function keptList({ plan: { kept = [] }, privacy, names, roster }: PlanPage): Html | null {
  if (kept.length === 0) return null
  return html`<h2>Who stays anyway</h2>
    <ul>
      ${kept.slice(0, KEPT_SHOWN).map(({ id, reason }) => html`<li><a href="${names.href(roster.id, id)}">${privacy.id(id)}</a>: ${KEPT_REASONS[reason]}</li>`)}
    </ul>
    ${kept.length > KEPT_SHOWN ? html`<p>… and ${number(kept.length - KEPT_SHOWN)} more.</p>` : null}`
}

function progress({ status, progress: { converged, toConverge } }: Reconciliation): Html | null {
  if (status !== 'running' || toConverge === 0) return null
  return html`<p>${number(converged)} of ${number(toConverge)} carried out</p>
    <progress max="${toConverge}" value="${converged}" aria-label="Carried out"></progress>`
}

const whatThen = ({ removal }: Roster, { kind }: Reconciliation) => {
  if (kind === 'reclaim') return 'They lose the app and its seat, and stay on the roster.'
  return removal === 'app' ? 'They lose the app as well.' : 'Builds they have may run until they expire.'
}

function decision(roster: Roster, plan: Reconciliation): Html {
  const people = count(plan.removals.length, 'person', 'people')
  return html`<form
    method="post"
    action="${path`/console/rosters/${roster.id}/plans/${plan.id}/decide`}"
    class="stack narrow"
  >
    <label
      >Your reason <small>Required. It is kept with the decision.</small
      ><input name="reason" required maxlength="500" autocomplete="off"
    /></label>
    <div class="row">
      ${askFirst(
        `Approve: ${people} ${plan.kind === 'reclaim' ? 'leave the app' : 'leave'}`,
        `Exactly the people below leave, one after the other. ${whatThen(roster, plan)} Once it has begun, only pausing the roster stops it.`,
        html`<button type="submit" name="decision" value="approve" class="danger">Yes, ${people} leave</button>`,
      )}
      <button type="submit" name="decision" value="reject">Reject: nobody leaves</button>
    </div>
  </form>`
}

const SHOWN_BY_NAME = 1_000

/** Whom it adds, changes and removes, by name in order; of a list the first two go at once, whatever becomes of the last. */
function peopleLists(input: PlanPage): Html | null {
  const { plan, people, privacy, roster } = input
  if (people.added.length + people.changed.length + people.removed.length === 0) return null
  const isWould = plan.dryRun || (plan.kind !== 'snapshot' && plan.status === 'held')
  const rest = plan.kind === 'reclaim' ? ' the app, and stay on the roster' : ''
  const isOver = plan.status === 'rejected'
  const removes = isOver
    ? `would have left${rest.replace('stay', 'stayed')}`
    : isWould || plan.status === 'held'
      ? `would leave${rest}`
      : `leave${rest}`
  const file = path`/console/rosters/${roster.id}/plans/${plan.id}/people.csv`
  const { removed } = people
  return html`${privacy.isOperator ? html`<p><a class="button" href="${file}" download>Download these people (CSV)</a></p>` : null}
  ${personList(input, 'removed', `Who ${removes}`, removed.length)}
  ${personList(input, 'added', isWould ? 'Who would be added' : 'Who is added', plan.plan.add)}
  ${personList(input, 'changed', isWould ? 'Who would be changed' : 'Who is changed', plan.plan.update)}`
}

function personList(input: PlanPage, list: keyof PlanPeople, title: string, planned: number): Html | null {
  const { privacy, names, roster, plan } = input
  const people = input.people[list]
  if (people.length === 0) return null
  const pages = Math.ceil(people.length / SHOWN_BY_NAME)
  const page = Math.min(pages, Math.max(1, input.pageOf[list]))
  const shown = people.slice((page - 1) * SHOWN_BY_NAME, page * SHOWN_BY_NAME)
  const forgotten = planned - people.length
  const why = plan.idle
    ? new Map(
        plan.idle.map(({ id, reason, since }) => [
          id,
          `${IDLE_WORDS[reason]} since ${new Date(since).toISOString().slice(0, 10)}`,
        ]),
      )
    : undefined
  return html`<h2 id="${list}">${title}</h2>
    ${personTable({ title, privacy, people: shown, href: (id) => names.href(roster.id, id), why })}
    ${pages > 1 ? turnPages(input, list, title, { page, pages }) : null}
    ${forgotten > 0 ? html`<p>… and ${number(forgotten)} more, whose names were not kept.</p>` : null}`
}

/** Back and forth through one list; the others stay where they are. */
function turnPages(
  { roster, plan, pageOf, people }: PlanPage,
  list: keyof PlanPeople,
  title: string,
  { page, pages }: { page: number; pages: number },
): Html {
  const to = (target: number) => {
    const others = Object.entries({ ...pageOf, [list]: target }).map(([name, at]) => [name, at > 1 ? at : undefined])
    return path`/console/rosters/${roster.id}/plans/${plan.id}` + query(Object.fromEntries(others)) + `#${list}`
  }
  const [from, until] = [(page - 1) * SHOWN_BY_NAME + 1, Math.min(people[list].length, page * SHOWN_BY_NAME)]
  return html`<nav aria-label="Pages: ${title}" class="pager">
    ${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">← Before</a>` : html`<span class="quiet">← Before</span>`}
    <span>${number(from)} to ${number(until)} of ${number(people[list].length)}</span>
    ${page < pages ? html`<a rel="next" href="${to(page + 1)}">Next →</a>` : html`<span class="quiet">Next →</span>`}
  </nav>`
}
