import type { DashboardUser, Webhook } from '@flightroster/core/domain'
import type { ListedDelivery } from '@flightroster/core/store'
import type { WebhookDescription } from '@flightroster/core/usecases/callbacks'
import { html, path, query, type Html } from '../../html.ts'
import { askFirst, button, layout } from '../../layout.ts'
import { editionField } from '../../edition.ts'
import { onceField } from '../../making.ts'
import { cardTable } from '../../cell.ts'
import { recordListPage } from '../../record-list.ts'
import { exactTime, pill, when, type Tone } from '../../words.ts'
import { ruleFields, TOLD_LABELS, type Rule } from './rule-form.ts'

export interface WebhookDraft extends Rule {
  id: string
  url: string
  includeEmail: boolean
  includeLink: boolean
}

/** What a form of one is filled from. */
export function draftOf({ id, url, types, rosters, includeEmail, includeLink = false }: Webhook): WebhookDraft {
  return { id, url, types, rosters, includeEmail, includeLink }
}

export const seenOf = (webhook: Webhook) => Object.values(draftOf(webhook))

export const WEBHOOK_LABELS = {
  url: 'URL',
  ...TOLD_LABELS,
  includeEmail: 'the address of the person',
  includeLink: 'the link to their own page',
}

export const NEW_WEBHOOK: WebhookDraft = {
  id: '',
  url: '',
  types: ['*'],
  rosters: null,
  includeEmail: false,
  includeLink: false,
}

export interface WebhooksPage {
  user: DashboardUser
  now: number
  webhooks: readonly WebhookDescription[]
  draft: WebhookDraft
  notice?: Html | undefined
}

export function webhooksPage({ user, now, webhooks, draft, notice }: WebhooksPage): string {
  return recordListPage({
    user,
    title: 'Webhooks',
    section: 'webhooks',
    lead: html`Where your systems are told what became of their people. People are told by
      <a href="/console/notices">notices</a>.`,
    about: notice,
    head: ['Webhook', 'Where', 'State', 'Rosters'],
    rows: webhooks.map((one) => [
      html`<a href="${path`/console/webhooks/${one.webhook.id}`}">${one.webhook.id}</a>`,
      one.webhook.url,
      healthPill(one, now),
      one.webhook.rosters?.join(', ') ?? 'all',
    ]),
    empty: 'Nobody is told yet.',
    form: { label: 'Make a webhook', content: webhookForm(draft, null), isOpen: draft !== NEW_WEBHOOK },
  })
}

function healthPill({ health }: WebhookDescription, now: number): Html {
  if (health.disabledAt !== null) return pill('bad', 'disabled')
  if (health.failingSince === null) return pill('good', 'active')
  return html`${pill('warn', 'failing')} <span class="quiet">since ${when(health.failingSince, now)}</span>`
}

/** `known`: the one that is changed. */
function webhookForm(draft: WebhookDraft, known: Webhook | null): Html {
  const isNew = known === null
  return html`<form
    method="post"
    action="${isNew ? '/console/webhooks' : path`/console/webhooks/${draft.id}`}"
    class="stack"
  >
    ${known ? editionField(seenOf(known)) : onceField()}
    ${isNew ? html`<label>Id <input name="id" value="${draft.id}" required maxlength="64" autocomplete="off" /></label>` : null}
    <label
      >URL
      <input
        type="url"
        name="url"
        value="${draft.url}"
        required
        maxlength="2000"
        placeholder="https://crm.example.com/hooks/flightroster"
        autocomplete="off"
    /></label>
    ${ruleFields(draft)}
    <label class="check"
      ><input type="checkbox" name="includeEmail" ${draft.includeEmail ? html` checked` : null} /> with the address of
      the person</label
    >
    <label class="check"
      ><input type="checkbox" name="includeLink" ${draft.includeLink ? html` checked` : null} /> with a link to their
      own page for who waits for an address</label
    >
    <button type="submit" class="primary">${isNew ? 'Make it' : 'Save'}</button>
  </form>`
}

export interface WebhookPage {
  user: DashboardUser
  now: number
  described: WebhookDescription
  draft: WebhookDraft
  deliveries: readonly ListedDelivery[]
  next: string | null
  /** One that was just made: shown this once. */
  secret?: string | undefined
  notice?: Html | undefined
}

export function webhookPage(input: WebhookPage): string {
  const { user, now, described, draft, secret } = input
  const { webhook } = described
  const to = (verb: string) => path`/console/webhooks/${webhook.id}/${verb}`
  const body = html`<p class="crumbs"><a href="/console/webhooks">Webhooks</a> ›</p>
    <h1>${webhook.id}</h1>
    ${input.notice}
    ${
      secret === undefined
        ? null
        : html`<div class="notice hint" role="status">
            <p>
              <strong>Its secret, this once: <code>${secret}</code></strong>
            </p>
            <p>The receiver checks signatures with it.</p>
          </div>`
    }
    <p>${healthPill(described, now)} ${webhook.url}</p>
    ${described.health.disabledAt === null ? null : html`<p>Nothing is sent there since ${exactTime(described.health.disabledAt)}. Fix the receiver, then press “Save” below: it is active again, and what waits goes out.</p>`}
    <div class="row">
      ${described.health.disabledAt === null ? button(to('test'), 'Send a test') : null}
      ${askFirst('New secret', 'A new secret is made, and shown once. For a day, the present one signs as well.', button(to('rotate-secret'), 'Yes, make a new secret'))}
      ${askFirst('Delete', 'Nothing more is sent there. Deliveries on their way are dropped, and its log is deleted.', button(to('delete'), 'Yes, delete this webhook', {}, 'danger'))}
    </div>
    <details class="box" ${input.notice ? html` open` : null}>
      <summary>Change it</summary>
      ${webhookForm(draft, webhook)}
    </details>
    <h2>Deliveries</h2>
    ${deliveryTable(input)}
    ${input.next === null ? null : html`<nav class="pager" aria-label="Pages"><a rel="next" href="${path`/console/webhooks/${webhook.id}`}${query({ after: input.next })}">Older →</a></nav>`}`
  return layout({ title: `Webhook ${webhook.id}`, section: 'webhooks', user, body, wide: true })
}

const STATUS_TONES: Record<ListedDelivery['delivery']['status'], Tone> = {
  pending: 'busy',
  delivered: 'good',
  failed: 'bad',
}

function deliveryTable({ deliveries, now, described }: WebhookPage): Html {
  if (deliveries.length === 0) return html`<p class="empty">Nothing yet. “Send a test” sends one.</p>`
  const replay = (id: string) => path`/console/webhooks/${described.webhook.id}/deliveries/${id}/replay`
  return cardTable({
    title: 'Deliveries',
    isNamed: false,
    head: ['Made', 'What', 'About', 'State', 'Tries', 'Again'],
    rows: deliveries.map(({ delivery, nextAttemptAt }) => [
      exactTime(delivery.createdAt),
      delivery.fact.type,
      aboutOf(delivery.fact),
      html`${pill(STATUS_TONES[delivery.status], delivery.status)}
      ${nextAttemptAt === null ? null : html`<span class="quiet">next try ${when(nextAttemptAt, now)}</span>`}`,
      attempts(delivery),
      described.health.disabledAt === null ? button(replay(delivery.id), 'Send again') : null,
    ]),
  })
}

function aboutOf(fact: ListedDelivery['delivery']['fact']): string {
  if (fact.type === 'webhook.test') return 'a test'
  if ('member' in fact) return `${fact.roster}: ${fact.member}`
  return 'teamKey' in fact ? fact.teamKey : fact.roster
}

function attempts({ attempts: tries }: ListedDelivery['delivery']): Html | string {
  const last = tries.at(-1)
  if (!last) return 'none yet'
  const statusOf = (status: number | null) => (status === null ? 'no answer' : String(status))
  return html`<details>
    <summary>${tries.length}, last: ${statusOf(last.status)}</summary>
    <ul>
      ${tries.map(
        ({ at, status, durationMs, answer }) =>
          html`<li>
            ${exactTime(at)}: ${statusOf(status)}, ${durationMs} ms
            ${answer === '' ? null : html`<pre><code>${answer}</code></pre>`}
          </li>`,
      )}
    </ul>
  </details>`
}
