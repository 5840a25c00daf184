import type { MemberStatus } from '@flightroster/core/domain'
import type { HistorySample } from '@flightroster/core/store'
import { html, type Html } from '../html.ts'
import { exactTime, number, STATUS_WORDS } from '../words.ts'
import { leftOf } from './plot-margin.ts'

/** From the ground up; who was removed is not on the roster any more. */
const LAYERS: { status: MemberStatus; fill: string }[] = [
  { status: 'installed', fill: 'fill-good' },
  { status: 'accepted', fill: 'fill-good-2' },
  { status: 'invited', fill: 'fill-calm' },
  { status: 'not_invited', fill: 'fill-warn-3' },
  { status: 'waiting', fill: 'fill-warn-2' },
  { status: 'revoked', fill: 'fill-warn' },
  { status: 'reclaimed', fill: 'fill-quiet' },
  { status: 'pending', fill: 'fill-busy' },
  { status: 'failed', fill: 'fill-bad' },
]

const WIDTH = 760
const HEIGHT = 220
const FRAME = { right: 8, top: 10, bottom: 26 }
const TABLE_ROWS = 20

/** Members by status over time, stacked: a drawing for eyes, a table for everybody. */
export function statusPlot(history: readonly HistorySample[]): Html {
  const shown = LAYERS.filter(({ status }) => history.some(({ counts }) => counts[status] > 0))
  const [first, last] = [history[0], history.at(-1)]
  if (!first || !last || shown.length === 0 || history.length < 2 || last.at <= first.at) {
    return html`<p class="quiet">
      The plot begins once there is something to compare: a sample is taken every minute.
    </p>`
  }
  const top = Math.max(...history.map((sample) => sumOf(sample, shown.length, shown)))
  const left = leftOf(number(top))
  const x = (at: number) => left + ((at - first.at) / (last.at - first.at)) * (WIDTH - left - FRAME.right)
  const y = (value: number) => HEIGHT - FRAME.bottom - (value / top) * (HEIGHT - FRAME.top - FRAME.bottom)
  const areas = shown.map(({ fill }, index) => {
    const upper = steps(history, x, (sample) => y(sumOf(sample, index + 1, shown)))
    const lower = steps(history, x, (sample) => y(sumOf(sample, index, shown))).toReversed()
    return html`<polygon class="${fill}" points="${[...upper, ...lower].join(' ')}" />`
  })
  return html`<figure>
    <svg
      class="plot"
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="Members by status over time; the numbers stand in the table below"
    >
      ${areas}
      <line class="axis" x1="${left}" y1="${y(0)}" x2="${WIDTH - FRAME.right}" y2="${y(0)}" />
      <text x="${left - 8}" y="${y(top) + 10}" text-anchor="end">${number(top)}</text>
      <text x="${left - 8}" y="${y(0)}" text-anchor="end">0</text>
      <text x="${left}" y="${HEIGHT - 6}">${shortTime(first.at)}</text>
      <text x="${WIDTH - FRAME.right}" y="${HEIGHT - 6}" text-anchor="end">now</text>
    </svg>
    <ul class="legend">
      ${shown.map(
        ({ status, fill }) =>
          html`<li>
            <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${fill}" width="10" height="10" /></svg>
            ${STATUS_WORDS[status].word} ${number(last.counts[status])}
          </li>`,
      )}
    </ul>
    ${table(
      history,
      shown.map(({ status }) => status),
    )}
  </figure>`
}

function sumOf({ counts }: HistorySample, layers: number, shown: typeof LAYERS): number {
  return shown.slice(0, layers).reduce((sum, { status }) => sum + counts[status], 0)
}

/** Counts hold until the next sample. */
function steps(
  history: readonly HistorySample[],
  x: (at: number) => number,
  y: (sample: HistorySample) => number,
): string[] {
  const points: string[] = []
  history.forEach((sample, at) => {
    const previous = history[at - 1]
    if (previous) points.push(`${x(sample.at).toFixed(1)},${y(previous).toFixed(1)}`)
    points.push(`${x(sample.at).toFixed(1)},${y(sample).toFixed(1)}`)
  })
  return points
}

function shortTime(at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at)
}

function table(history: readonly HistorySample[], statuses: MemberStatus[]): Html {
  const rows = history.toReversed().slice(0, TABLE_ROWS)
  return html`<details>
    <summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Members by status over time">
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            ${statuses.map((status) => html`<th scope="col" class="number">${STATUS_WORDS[status].word}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ at, counts }) =>
              html`<tr>
                <th scope="row">${exactTime(at)}</th>
                ${statuses.map((status) => html`<td class="number">${number(counts[status])}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`
}
