import { SEATS_LIMIT, type DashboardUser, type Roster, type SeatForecast } from '@flightroster/core/domain'
import type { SeatView } from '@flightroster/core/usecases/seats'
import { editionField } from '../../edition.ts'
import { cardTable, cell } from '../../cell.ts'
import { html, path, query, type Html } from '../../html.ts'
import { layout } from '../../layout.ts'
import { privacyOf } from '../../privacy.ts'
import { count, number, when } from '../../words.ts'

export interface TypedSeats {
  roster: string
  reserve: string
  priority: string
}

export const seenSeats = ({ reserve, priority }: Roster['seats']) => [reserve, priority]

export interface SeatsPage {
  user: DashboardUser
  now: number
  teamKey: string
  app: { id: string; name: string }
  seats: SeatView
  /** What somebody typed for one of the rosters, and what was not saved. */
  typed?: TypedSeats | undefined
  notice?: Html | undefined
}

export function seatsPage(input: SeatsPage): string {
  const { user, app, seats, now, teamKey } = input
  const body = html`<p class="crumbs"><a href="/console">Rosters</a> ›</p>
    <h1>Seats of ${app.name}</h1>
    <p class="lead">
      Apple lets an app have ${number(SEATS_LIMIT)} external testers, over all groups and public links. Team key
      ${teamKey}.
    </p>
    ${input.notice} ${gauge(seats)}
    <p class="quiet">Counted by Apple ${when(seats.countedAt, now)}.</p>
    <h2>When it is full</h2>
    <p>${forecastWords(seats.forecast, now)}</p>
    <h2>Rosters</h2>
    ${rosters(input)}
    <h2>Who waits for a seat</h2>
    ${line(input)}`
  return layout({ title: `Seats of ${app.name}`, section: 'console', user, body, wide: true })
}

const WIDTH = 760
const HEIGHT = 28

/** A drawing for eyes, the same in words beside it. */
function gauge({ used, limit, ours, public: byLink, reserved }: SeatView): Html {
  const ofOurs = Math.min(ours, used)
  const ofLinks = Math.min(byLink ?? 0, used - ofOurs)
  const free = Math.max(0, limit - used)
  const kept = Math.min(reserved, free)
  const parts = [
    { name: 'members of rosters', value: ofOurs, fill: 'fill-good' },
    { name: 'by a public link', value: ofLinks, fill: 'fill-calm' },
    { name: 'others', value: used - ofOurs - ofLinks, fill: 'fill-busy' },
    { name: 'free, and kept for a roster', value: kept, fill: 'fill-warn-2' },
    { name: 'free for anybody', value: free - kept, fill: 'fill-empty' },
  ]
  const total = Math.max(1, used + free)
  let from = 0
  return html`<figure>
    <svg
      class="plot gauge"
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${number(used)} of ${number(limit)} seats are taken; who has them stands below"
    >
      ${parts.map(({ value, fill }) => {
        const width = (value / total) * WIDTH
        const bar = html`<rect
          class="${fill}"
          x="${from.toFixed(1)}"
          y="0"
          width="${width.toFixed(1)}"
          height="${HEIGHT}"
        />`
        from += width
        return bar
      })}
    </svg>
    <p><strong>${number(used)} of ${number(limit)}</strong> are taken, ${number(free)} free.</p>
    <ul class="legend">
      ${parts.map(
        ({ name, value, fill }) =>
          html`<li>
            <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${fill}" width="10" height="10" /></svg>
            ${name} ${number(value)}
          </li>`,
      )}
    </ul>
    ${
      limit < SEATS_LIMIT
        ? html`<p class="quiet">
            Apple has refused somebody with ${number(limit)} testers in the app, so that counts as the limit for now.
          </p>`
        : null
    }
    ${reserved > free ? html`<p class="quiet">${number(reserved - free)} more are kept than are free: they are filled as seats become free.</p>` : null}
  </figure>`
}

const NOT_FORESEEABLE: Record<Extract<SeatForecast, { kind: 'not_foreseeable' }>['why'], string> = {
  not_counted: 'The seats have not been counted yet.',
  too_young: 'No forecast yet: the seats have been counted for less than three days.',
  not_growing: 'No forecast: in the last 28 days, no more people came than left.',
  far: 'Not within a year, at the pace of the last 28 days.',
}

function forecastWords(forecast: SeatForecast, now: number): Html {
  switch (forecast.kind) {
    case 'full':
      return html`<strong>It is full now.</strong> Whoever joins waits for a seat.`
    case 'full_on': {
      const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(forecast.at)
      return html`<strong>Full on ${day}</strong> (${when(forecast.at, now)}), at the pace of the last 28 days:
        ${number(Math.round(forecast.perDay * 10) / 10)} more a day.`
    }
    case 'not_foreseeable':
      return html`${NOT_FORESEEABLE[forecast.why]}`
  }
}

function rosters({ user, teamKey, app, seats, typed }: SeatsPage): Html {
  if (seats.rosters.length === 0) return html`<p class="empty">No roster is for this app.</p>`
  const isOperator = user.role === 'operator'
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rosters of the app">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Roster</th>
          ${['In', 'Wait', 'Kept for it', 'Priority'].map((name) => html`<th scope="col" role="columnheader" class="number">${name}</th>`)}
          ${isOperator ? html`<th scope="col" role="columnheader">Change</th>` : null}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${seats.rosters.map(
          ({ roster, in: entered, waiting }) =>
            html`<tr role="row">
              <th scope="row" role="rowheader">
                <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a>
              </th>
              ${cell('In', number(entered), 'number')} ${cell('Wait', number(waiting), 'number')}
              ${cell('Kept for it', number(roster.seats.reserve), 'number')}
              ${cell('Priority', String(roster.seats.priority), 'number')}
              ${isOperator ? html`<td role="cell">${changeForm(teamKey, app.id, roster, typed?.roster === roster.id ? typed : roster.seats)}</td>` : null}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function changeForm(
  teamKey: string,
  appId: string,
  { id, seats }: Pick<Roster, 'id' | 'seats'>,
  { reserve, priority }: Record<'reserve' | 'priority', string | number>,
): Html {
  return html`<form method="post" action="${path`/console/seats/${teamKey}/${appId}/${id}`}" class="row">
    ${editionField(seenSeats(seats))}
    <label
      >Keep <input type="number" name="reserve" min="0" max="${SEATS_LIMIT}" value="${reserve}" class="short" required
    /></label>
    <label
      >Priority
      <input type="number" name="priority" min="-1000000" max="1000000" value="${priority}" class="short" required
    /></label>
    <button type="submit">Save<span class="hidden"> the seats of ${id}</span></button>
  </form>`
}

function line({ user, seats, now }: SeatsPage): Html {
  const waiting = seats.rosters.reduce((sum, one) => sum + one.waiting, 0)
  if (waiting === 0) return html`<p class="empty">Nobody.</p>`
  const privacy = privacyOf(user)
  return html`<p>
      ${count(waiting, 'person', 'people')}, in the order in which they go in: by priority of the roster, then by how
      long they wait. Nobody takes a seat that is kept for another
      roster.${waiting > seats.line.length ? ` The first ${seats.line.length} are shown.` : ''}
    </p>
    ${cardTable({
      title: 'Who waits for a seat',
      isNamed: false,
      head: [{ number: 'Place' }, 'Person', 'Roster', { number: 'Priority' }, 'Waits since'],
      rows: seats.line.map(({ roster, member, since }, at) => {
        const id = privacy.id(member)
        const href = path`/console/rosters/${roster.id}/member` + query({ id: member })
        return [
          String(at + 1),
          id === member ? html`<a href="${href}">${member}</a>` : id,
          `${roster.id}${roster.paused ? ' (paused: keeps the place)' : roster.blocked ? ' (blocked: keeps the place)' : ''}`,
          String(roster.seats.priority),
          when(since, now),
        ]
      }),
    })}`
}
