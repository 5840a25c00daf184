import type { DashboardUser, ReceivedPayload, Source } from '@flightroster/core/domain'
import type { IncomingEvent } from '@flightroster/core/usecases/intake'
import { cardTable } from '../../cell.ts'
import { html, path, type Html } from '../../html.ts'
import { askFirst, button, layout } from '../../layout.ts'
import type { Privacy } from '../../privacy.ts'
import { recordListPage } from '../../record-list.ts'
import { exactTime, pill, when, type Tone } from '../../words.ts'
import { sourceForm, titleOf, type SourceDraft } from './source-form.ts'

interface Common {
  user: DashboardUser
  privacy: Privacy
  now: number
  draft: SourceDraft
  about?: Html | undefined
}

export interface SourcesPage extends Common {
  sources: readonly { source: Source; last: ReceivedPayload | undefined }[]
  isNew: boolean
}

export function sourcesPage({ user, privacy, now, sources, draft, about, isNew }: SourcesPage): string {
  const form = { label: 'Make a source', content: sourceForm(draft, null), isOpen: !isNew }
  return recordListPage({
    user,
    title: 'Sources',
    section: 'sources',
    lead: 'Membership systems that post their own webhooks: what they tell becomes members of rosters.',
    about,
    head: ['Source', 'Sender', 'Rosters', 'Last received'],
    rows: sources.map(({ source, last }) => [
      html`<a href="${path`/console/sources/${source.id}`}">${source.id}</a>`,
      titleOf(source.kind),
      rostersOf(source).join(', ') ||
        html`<span class="quiet"
          >${source.kind === 'generic' ? 'as its expression says' : 'none: all it sends is ignored'}</span
        >`,
      last ? html`${receivedPill(last)} ${when(last.at, now)}` : html`<span class="quiet">nothing yet</span>`,
    ]),
    empty: 'No membership system is connected yet.',
    form: privacy.isOperator ? form : undefined,
  })
}

const rostersOf = ({ rosters }: Source) => [...new Set(Object.values(rosters))].sort()

const TONES: Record<ReceivedPayload['status'], Tone> = {
  accepted: 'good',
  duplicate: 'quiet',
  ignored: 'quiet',
  refused: 'bad',
}
const receivedPill = ({ status }: ReceivedPayload) => pill(TONES[status], status)

export interface Trial {
  payload: string
  event: string
  /** Undefined: not tried yet. */
  outcome?: { events: readonly IncomingEvent[]; ignored: readonly string[] } | { fault: Html } | undefined
}

export interface SourcePage extends Common {
  source: Source
  /** Where the sender posts to. */
  url: string
  received: readonly ReceivedPayload[]
  trial: Trial
  isChanging: boolean
}

export function sourcePage(input: SourcePage): string {
  const { user, privacy, source, about } = input
  const to = (verb: string) => path`/console/sources/${source.id}/${verb}`
  const body = html`<p class="crumbs"><a href="/console/sources">Sources</a> ›</p>
    <h1>${source.id}</h1>
    ${about}
    <dl class="facts">
      <dt>Sender</dt>
      <dd>${titleOf(source.kind)}</dd>
      <dt>Paste this address there</dt>
      <dd><code>${input.url}</code></dd>
      <dt>Its plans lead to</dt>
      <dd>${plans(source)}</dd>
      <dt>Secret</dt>
      <dd>${secretWords(source, input.now)}</dd>
    </dl>
    ${
      privacy.isOperator
        ? html`<div class="row">
              ${askFirst('Delete', 'What it sends is refused from then on, and what was learnt of its people is forgotten. The members whom it brought stay on their rosters.', button(to('delete'), 'Yes, delete this source', {}, 'danger'))}
            </div>
            <details class="box" ${input.isChanging ? html` open` : null}>
              <summary>Change it</summary>
              ${sourceForm(input.draft, source)}
            </details>
            ${tryForm(input, to('try'))}`
        : null
    }
    <h2>Received lately</h2>
    ${receivedTable(input)}`
  return layout({ title: `Source ${source.id}`, section: 'sources', user, body, wide: true })
}

function plans({ rosters, kind }: Source): Html {
  const entries = Object.entries(rosters)
  if (entries.length === 0)
    return html`${kind === 'generic' ? 'rosters by their ids' : 'nothing: every payload is ignored'}`
  return html`${entries.map(([plan, roster], at) => html`${at > 0 ? html`<br />` : null}${plan === '*' ? 'every other paid plan' : html`<code>${plan}</code>`} → <a href="${path`/console/rosters/${roster}`}">${roster}</a>`)}`
}

function secretWords({ formerSecrets }: Source, now: number): Html {
  const until = Math.max(0, ...formerSecrets.map((former) => former.until))
  return html`kept, and never
  shown${until > now ? html`; the former one is valid, too, and ends ${when(until, now)}` : null}`
}

function tryForm({ source, trial, privacy }: SourcePage, action: string): Html {
  return html`<h2 id="try">Try a payload</h2>
    <p class="quiet">Paste one as ${titleOf(source.kind)} shows it. Nothing is recorded, and no signature is needed.</p>
    <form method="post" action="${action}#try" class="stack">
      ${
        source.kind === 'patreon'
          ? html`<label
              >Event <small>The header X-Patreon-Event.</small
              ><input name="event" value="${trial.event}" placeholder="members:update" autocomplete="off"
            /></label>`
          : null
      }
      <label>Payload <textarea name="payload" rows="8" required spellcheck="false">${trial.payload}</textarea></label>
      <button type="submit">See what it would do</button>
    </form>
    ${trial.outcome ? outcome(trial.outcome, privacy) : null}`
}

const EVENT_WORDS: Record<IncomingEvent['kind'], string> = { join: 'joins', update: 'is changed', leave: 'leaves' }

function outcome(done: NonNullable<Trial['outcome']>, privacy: Privacy): Html {
  if ('fault' in done) return done.fault
  const { events, ignored } = done
  return html`<div class="notice ${events.length > 0 ? 'done' : 'hint'}" role="status">
    <p>
      <strong
        >${events.length === 0 ? 'It would change nothing.' : events.length === 1 ? 'It would make this event:' : `It would make these ${events.length} events:`}</strong
      >
    </p>
    ${
      events.length === 0
        ? null
        : html`<ul>
            ${events.map((event) => html`<li>${privacy.id(event.member)} ${EVENT_WORDS[event.kind]} <a href="${path`/console/rosters/${event.roster}`}">${event.roster}</a>${details(event, privacy)}</li>`)}
          </ul>`
    }
    ${
      ignored.length === 0
        ? null
        : html`<p>Without effect:</p>
            <ul>
              ${ignored.map((reason) => html`<li>${privacy.text(reason)}</li>`)}
            </ul>`
    }
  </div>`
}

function details(event: IncomingEvent, privacy: Privacy): string {
  if (event.kind === 'leave') return ''
  const { email, firstName, lastName } = event
  const known = [
    privacy.name({ firstName: firstName ?? null, lastName: lastName ?? null }),
    privacy.email(email ?? null),
  ]
  const said = known.filter((text) => text !== '').join(', ')
  return said === '' ? ', without an address' : `: ${said}`
}

function receivedTable({ received, privacy }: SourcePage): Html {
  if (received.length === 0) return html`<p class="empty">Nothing yet.</p>`
  return html`<p class="quiet">The last 200, newest first, without their content.</p>
    ${cardTable({
      title: 'Received lately',
      isNamed: false,
      head: ['When', 'State', { number: 'Events' }, 'Why', 'Id of the sender'],
      rows: received.map((entry) => [
        exactTime(entry.at),
        receivedPill(entry),
        String(entry.events),
        entry.reason === null ? '' : privacy.text(entry.reason),
        html`<code>${privacy.id(entry.id)}</code>`,
      ]),
    })}`
}
