import type { RosterUsage } from '@flightroster/core/usecases/idle'
import { html, path, type Html } from '../html.ts'
import { exactTime, number, when } from '../words.ts'
import { leftOf } from './plot-margin.ts'

const BARS = 8
const WIDTH = 760
const HEIGHT = 140
const FRAME = { right: 8, top: 10, bottom: 26 }
const TABLE_ROWS = 30

/** Builds and systems in use, and sessions a week. Null: switched off, then nothing of it is shown. */
export function usagePlots(usage: RosterUsage | null, roster: string, now: number): Html | null {
  if (usage === null) return null
  return html`<h2>In use</h2>
    ${
      usage.devices === 0
        ? html`<p class="quiet">Apple has reported no device that has the app.</p>`
        : html`<div class="plots">
            ${shares('Builds by devices', 'Build', usage.builds, usage.devices)}
            ${shares('Systems by devices', 'System', usage.systems, usage.devices)}
          </div>`
    }
    ${sessionsPlot(usage, now)}
    <p><a href="${path`/console/rosters/${roster}/idle`}">Who does not use their seat</a></p>`
}

/** A table whose rows carry their bar: the same for eyes and ears. */
function shares(title: string, what: string, all: RosterUsage['builds'], total: number): Html {
  const rows = all.slice(0, BARS)
  const rest = all.slice(BARS).reduce((sum, { devices }) => sum + devices, 0)
  if (rest > 0) rows.push({ name: `${number(all.length - BARS)} others`, devices: rest })
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${what}</th>
          <th scope="col" class="number">Devices</th>
          <th scope="col" class="number">Share</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ name, devices }) => {
          const percent = Math.round((devices * 100) / total)
          return html`<tr>
            <th scope="row">${name}</th>
            <td class="number">${number(devices)}</td>
            <td class="number">
              ${percent} %
              <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect class="fill-calm" width="${percent}" height="8" />
              </svg>
            </td>
          </tr>`
        })}
      </tbody>
    </table>
  </div>`
}

function sessionsPlot({ sessions, summary }: RosterUsage, now: number): Html {
  const [first, last] = [sessions[0], sessions.at(-1)]
  if (!first || !last)
    return html`<p class="quiet">Sessions have not been read yet: a reconciliation reads them once a day.</p>`
  const line = html`<p>
    <strong>${number(Math.round(last.perWeek))}</strong> sessions a
    week${summary.days === null ? null : html` over ${summary.days} days`}, read ${when(last.at, now)}.
    ${summary.doubt === null ? null : html`The reading after it is not believed.`}
  </p>`
  if (last.at <= first.at) return line
  const top = Math.max(1, ...sessions.map(({ perWeek }) => perWeek))
  const left = leftOf(number(Math.round(top)))
  const x = (at: number) => left + ((at - first.at) / (last.at - first.at)) * (WIDTH - left - FRAME.right)
  const y = (value: number) => HEIGHT - FRAME.bottom - (value / top) * (HEIGHT - FRAME.top - FRAME.bottom)
  const upper = sessions.map(({ at, perWeek }) => `${x(at).toFixed(1)},${y(perWeek).toFixed(1)}`)
  const ground = `${x(last.at).toFixed(1)},${y(0).toFixed(1)} ${x(first.at).toFixed(1)},${y(0).toFixed(1)}`
  return html`${line}
    <figure>
      <svg
        class="plot"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label="Sessions a week over time; the numbers stand in the table below"
      >
        <polygon class="fill-calm" points="${upper.join(' ')} ${ground}" />
        <line class="axis" x1="${left}" y1="${y(0)}" x2="${WIDTH - FRAME.right}" y2="${y(0)}" />
        <text x="${left - 8}" y="${y(top) + 10}" text-anchor="end">${number(Math.round(top))}</text>
        <text x="${left - 8}" y="${y(0)}" text-anchor="end">0</text>
      </svg>
      <details>
        <summary>The same as a table</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="Sessions a week over time">
          <table>
            <thead>
              <tr>
                <th scope="col">Read</th>
                <th scope="col" class="number">Sessions a week</th>
              </tr>
            </thead>
            <tbody>
              ${[...sessions]
                .toReversed()
                .slice(0, TABLE_ROWS)
                .map(
                  ({ at, perWeek }) =>
                    html`<tr>
                      <th scope="row">${exactTime(at)}</th>
                      <td class="number">${number(perWeek)}</td>
                    </tr>`,
                )}
            </tbody>
          </table>
        </div>
      </details>
    </figure>`
}
