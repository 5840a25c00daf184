import { NOTICE_KINDS, type DashboardUser, type Notice, type NoticeKind } from '@flightroster/core/domain'
import type { NoticeDescription } from '@flightroster/core/usecases/notices'
import { html, path, type Html } from '../../html.ts'
import { askFirst, button, layout } from '../../layout.ts'
import { editionField } from '../../edition.ts'
import { onceField } from '../../making.ts'
import { recordListPage } from '../../record-list.ts'
import { pill, when } from '../../words.ts'
import { ruleFields, TOLD_LABELS, type Rule } from './rule-form.ts'

export interface NoticeDraft extends Rule {
  id: string
  kind: NoticeKind
  target: string
}

/** Its target is sealed anew with each change, and stays within: that it was changed is told by when. */
export const seenOf = ({ kind, types, rosters, updatedAt }: Notice) => [kind, types, rosters, updatedAt]

export const NOTICE_LABELS = { kind: 'by', target: 'where', ...TOLD_LABELS }

export const NEW_NOTICE: NoticeDraft = {
  id: '',
  kind: 'slack',
  target: '',
  types: ['roster.held', 'roster.blocked', 'team_key.rejected', 'build.expiring'],
  rosters: null,
}

const KIND_WORDS: Record<NoticeKind, string> = { slack: 'Slack', teams: 'Teams', email: 'E-mail' }

interface Common {
  user: DashboardUser
  now: number
  draft: NoticeDraft
  about?: Html | undefined
}

export function noticesPage({ user, now, notices, draft, about }: Common & { notices: NoticeDescription[] }): string {
  return recordListPage({
    user,
    title: 'Notices',
    section: 'notices',
    lead: html`People are told what needs them, once, and once more when it is over. Systems are told by
      <a href="/console/webhooks">webhooks</a>.`,
    about,
    head: ['Notice', 'Where', 'Last message', 'State', 'Rosters'],
    rows: notices.map(({ notice, state }) => [
      html`<a href="${path`/console/notices/${notice.id}`}">${notice.id}</a>`,
      `${KIND_WORDS[notice.kind]}: ${notice.masked}`,
      when(state.lastSentAt, now, 'none yet'),
      statePill(state.lastError),
      notice.rosters?.join(', ') ?? 'all',
    ]),
    empty: 'Nobody is told yet.',
    form: { label: 'Make a notice', content: noticeForm(draft, null), isOpen: draft !== NEW_NOTICE },
  })
}

const statePill = (lastError: string | null) =>
  lastError === null ? pill('good', 'well') : pill('bad', 'not arriving')

/** `known`: the one that is changed. */
function noticeForm(draft: NoticeDraft, known: Notice | null): Html {
  const isNew = known === null
  return html`<form
    method="post"
    action="${isNew ? '/console/notices' : path`/console/notices/${draft.id}`}"
    class="stack"
  >
    ${known ? editionField(seenOf(known)) : onceField()}
    ${isNew ? html`<label>Id <input name="id" value="${draft.id}" required maxlength="64" autocomplete="off" /></label>` : null}
    <label
      >By
      <select name="kind">
        ${NOTICE_KINDS.map((kind) => html`<option value="${kind}" ${kind === draft.kind ? html` selected` : null}>${KIND_WORDS[kind]}</option>`)}
      </select></label
    >
    <label
      >Where
      <small
        >The incoming webhook of Slack or Teams, or an e-mail
        address.${isNew ? null : ' Give it again to change anything: it is not shown.'}</small
      ><input name="target" value="${draft.target}" required maxlength="2000" autocomplete="off"
    /></label>
    ${ruleFields(draft)}
    <button type="submit" class="primary">${isNew ? 'Make it' : 'Save'}</button>
  </form>`
}

export function noticePage({ user, now, described, draft, about }: Common & { described: NoticeDescription }): string {
  const { notice, state } = described
  const to = (verb: string) => path`/console/notices/${notice.id}/${verb}`
  const body = html`<p class="crumbs"><a href="/console/notices">Notices</a> ›</p>
    <h1>${notice.id}</h1>
    ${about}
    <dl class="facts">
      <dt>State</dt>
      <dd>${statePill(state.lastError)}</dd>
      <dt>Where</dt>
      <dd>${KIND_WORDS[notice.kind]}: ${notice.masked}</dd>
      <dt>Last message</dt>
      <dd>${when(state.lastSentAt, now, 'none yet')}</dd>
      <dt>Tells</dt>
      <dd>${notice.types.includes('*') ? 'everything' : notice.types.join(', ')}</dd>
      <dt>Rosters</dt>
      <dd>${notice.rosters?.join(', ') ?? 'all'}</dd>
    </dl>
    ${
      state.lastError === null
        ? null
        : html`<div class="notice problem">
            <p><strong>The newest try failed.</strong></p>
            <p>${state.lastError}</p>
          </div>`
    }
    <div class="row">
      ${button(to('test'), 'Send a test')}
      ${askFirst('Delete', 'Nothing more is sent there, and messages that still wait are dropped.', button(to('delete'), 'Yes, delete this notice', {}, 'danger'))}
    </div>
    <details class="box" ${about && draft.target !== '' ? html` open` : null}>
      <summary>Change it</summary>
      ${noticeForm(draft, notice)}
    </details>`
  return layout({ title: `Notice ${notice.id}`, section: 'notices', user, body })
}
