import type { DashboardUser } from '@flightroster/core/domain'
import { ERROR_RULES } from '@flightroster/core/errors'
import { LANE_STATES, type DescribedLane, type LaneState } from '@flightroster/core/usecases/lane-overview'
import type { Finding } from '@flightroster/core/usecases/team-keys'
import { findingsList } from '../findings.ts'
import { cell } from '../cell.ts'
import { html, path, query, type Html } from '../html.ts'
import { askFirst, button, layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, number, pill, when, type Tone } from '../words.ts'

const STATE_WORDS: Record<LaneState, { word: string; tone: Tone }> = {
  blocked: { word: 'blocked', tone: 'bad' },
  failing: { word: 'failing', tone: 'warn' },
  paused: { word: 'paused', tone: 'warn' },
  busy: { word: 'with work', tone: 'busy' },
  idle: { word: 'idle', tone: 'quiet' },
}

export interface LanesPage {
  user: DashboardUser
  privacy: Privacy
  now: number
  lanes: DescribedLane[]
  counts: Record<LaneState, number>
  total: number
  filter: { state: LaneState | undefined; q: string }
  page: number
  pages: number
  notice?: Html | undefined
}

export function lanesPage(input: LanesPage): string {
  const { user, filter, lanes, total, notice } = input
  const body = html`<h1>Lanes</h1>
    <p class="lead">
      One lane for each team key: its quota is its own, so a backlog or an outage of one never touches another.
    </p>
    ${notice} ${filters(input)} ${lanes.length === 0 ? nothing(input) : table(input)} ${pager(input)}
    <p class="quiet">
      ${count(total, 'lane')}${filter.q || filter.state ? ' found' : ''}. The list is at most three seconds old.
      ${filter.q ? html`<a href="/dashboard${query({ q: filter.q })}">These lanes as queues</a>` : null}
    </p>`
  return layout({ title: 'Lanes', section: 'lanes', user, body, wide: true })
}

function filters({ filter, counts }: LanesPage): Html {
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0)
  const tab = (state: LaneState | undefined, label: string, size: number) =>
    html`<li>
      <a href="/lanes${query({ state, q: filter.q })}" ${state === filter.state ? html` aria-current="true"` : null}
        >${label} <span class="quiet">${number(size)}</span></a
      >
    </li>`
  return html`<div class="tools">
    <ul class="tabs">
      ${tab(undefined, 'all', all)}${LANE_STATES.map((state) => tab(state, STATE_WORDS[state].word, counts[state]))}
    </ul>
    <form method="get" action="/lanes" role="search" class="search">
      ${filter.state ? html`<input type="hidden" name="state" value="${filter.state}" />` : null}
      <label class="hidden" for="q">Part of a team key</label
      ><input id="q" type="search" name="q" value="${filter.q}" placeholder="Part of a team key" />
      <button type="submit">Search</button>
    </form>
  </div>`
}

function nothing({ filter, user }: LanesPage): Html {
  if (filter.q || filter.state) return html`<p class="empty">No lane matches. <a href="/lanes">Show all</a></p>`
  return html`<p class="empty">
    No team key yet.${user.role === 'operator' ? html` <a href="/console/connect">Connect an app</a>` : null}
  </p>`
}

/** Why a lane with work does nothing, though nothing is wrong with its key; and what to do. */
function standstill({ isServed, outage, waiting, active, delayed }: DescribedLane): [string, string] | null {
  if (waiting + active + delayed === 0) return null
  if (!isServed)
    return ['No worker is running that serves this team key.', 'Start one. What was accepted is kept until then.']
  const again = 'Nothing to do: the lane asks again at its next visit, after a minute at most.'
  if (outage === 'silent') return ['App Store Connect gives no usable answers.', again]
  if (outage === 'refused')
    return ['App Store Connect has just refused the team key; a second refusal would confirm it.', again]
  return null
}

/** On a phone each lane is a card, with its problem below. */
function table(input: LanesPage): Html {
  const head = ['Team key', 'State', 'Budget left', 'Backlog', 'Oldest waiting', 'Next visit', 'Done about']
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Lanes">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          ${[...head, ...(input.privacy.isOperator ? ['Actions'] : [])].map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${input.lanes.map((lane) => row(lane, input))}
      </tbody>
    </table>
  </div>`
}

function row(lane: DescribedLane, { now, privacy }: LanesPage): Html {
  const { word, tone } = STATE_WORDS[lane.state]
  const problem = lane.blocked ?? lane.problem
  const still = problem || lane.paused ? null : standstill(lane)
  const columns = privacy.isOperator ? 8 : 7
  return html`<tr role="row" id="lane-${lane.teamKey}" ${problem || still ? html` class="joined"` : null}>
      <th scope="row" role="rowheader">
        <a href="${path`/dashboard/q/${lane.teamKey}/queue/lane-${lane.teamKey}`}">${lane.teamKey}</a>
      </th>
      ${cell('State', html`${pill(tone, word)}${lane.paused && lane.state !== 'paused' ? html` ${pill('warn', 'paused')}` : null}`)}
      ${cell('Budget left', budget(lane))} ${cell('Backlog', backlog(lane))}
      ${cell('Oldest waiting', when(lane.oldestAt, now))} ${cell('Next visit', nextVisit(lane, now))}
      ${cell('Done about', when(lane.estimatedDoneAt, now))}
      ${privacy.isOperator ? html`<td role="cell">${actions(lane)}</td>` : null}
    </tr>
    ${
      still
        ? html`<tr role="row" class="problem">
            <td role="cell" colspan="${columns}"><strong>${still[0]}</strong> ${still[1]}</td>
          </tr>`
        : null
    }
    ${
      problem
        ? html`<tr role="row" class="problem">
            <td role="cell" colspan="${columns}">
              <strong>${privacy.text(problem.detail)}</strong> ${ERROR_RULES[problem.code]?.action}
              <span class="quiet">(${when(problem.at, now)})</span>
            </td>
          </tr>`
        : null
    }`
}

function nextVisit({ paused, isServed, nextVisitAt }: DescribedLane, now: number): Html {
  if (paused) return html`when resumed`
  return isServed ? when(nextVisitAt, now, 'when there is work') : html`when a worker runs`
}

function budget({ budget: { limit, remaining } }: DescribedLane): Html {
  if (limit === null || remaining === null) return html`<span class="quiet">not known yet</span>`
  const share = Math.max(0, Math.min(100, Math.round((remaining / Math.max(1, limit)) * 100)))
  return html`<meter min="0" max="100" low="25" value="${share}" aria-hidden="true"></meter> ${number(remaining)} of
    ${number(limit)}`
}

function backlog({ waiting, active, delayed, failed }: DescribedLane): Html {
  const parts = [
    waiting > 0 && `${number(waiting)} waiting`,
    active > 0 && `${number(active)} active`,
    delayed > 0 && `${number(delayed)} for later`,
    failed > 0 && `${number(failed)} failed`,
  ].filter((part) => part !== false)
  return html`${parts.length === 0 ? '–' : parts.join(', ')}`
}

function actions(lane: DescribedLane): Html {
  const to = (verb: string) => path`/lanes/${lane.teamKey}/${verb}`
  const name = html`<span class="hidden"> ${lane.teamKey}</span>`
  const form = (verb: string, label: string) =>
    html`<form method="post" action="${to(verb)}" class="inline"><button type="submit">${label}${name}</button></form>`
  const pause = () =>
    askFirst(
      html`Pause${name}`,
      'Nothing goes to Apple for any roster of this team key until somebody resumes it. Changes that arrive meanwhile are kept.',
      form('pause', 'Yes, pause'),
    )
  return html`${lane.paused ? form('resume', 'Resume') : pause()} ${form('check', 'Check')}`
}

function pager({ page, pages, filter }: LanesPage): Html | null {
  if (pages <= 1) return null
  const to = (target: number) => `/lanes${query({ ...filter, page: target === 1 ? undefined : target })}`
  return html`<nav aria-label="Pages" class="pager">
    ${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">← Before</a>` : html`<span class="quiet">← Before</span>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages ? html`<a rel="next" href="${to(page + 1)}">Next →</a>` : html`<span class="quiet">Next →</span>`}
  </nav>`
}

export function checkedPage(user: DashboardUser, teamKey: string, findings: readonly Finding[]): string {
  const isGood = findings.every(({ ok }) => ok)
  const body = html`<h1>The team key “${teamKey}”</h1>
    ${findingsList(findings)}
    <p>
      ${isGood ? 'All is well: a stopped lane now continues by itself.' : 'Fix what is marked ✖, then check again.'}
    </p>
    <div class="row">
      ${button(path`/lanes/${teamKey}/check`, 'Check again')} <a href="/lanes${query({ q: teamKey })}">To its lane</a>
    </div>`
  return layout({ title: `Check of ${teamKey}`, section: 'lanes', user, body })
}
