import type { DashboardUser, Roster, WaitsFor, Warning } from '@flightroster/core/domain'
import { systemOf } from '@flightroster/core/usecases/idle'
import type { MemberDescription, TimelineItem } from '@flightroster/core/usecases/members'
import { editionField } from '../edition.ts'
import type { Form } from '../forms.ts'
import { html, path, type Html } from '../html.ts'
import { askFirst, button, layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, exactTime, pill, statusPill, STATUS_WORDS, when } from '../words.ts'
import type { MemberNames } from './member-link.ts'
import { waitLines } from './wait-notice.ts'
import { tellWhy } from './why.ts'

export interface MemberPage {
  user: DashboardUser
  privacy: Privacy
  now: number
  roster: Roster
  member: MemberDescription
  waitsFor: WaitsFor | null
  /** What the group's builds lack, where that is this person's problem. */
  lack: Warning | undefined
  /** Who is out can be put back. */
  mayRestore: boolean
  timeline: readonly TimelineItem[]
  names: MemberNames
  notice?: Html | undefined
  /** What somebody typed for the address and the name, and what was not saved. */
  typed?: Form | undefined
}

export const PERSON_LABELS = { email: 'address', firstName: 'first name', lastName: 'last name' }

export const seenPerson = ({ email, firstName, lastName }: Record<keyof typeof PERSON_LABELS, string | null>) => [
  email,
  firstName,
  lastName,
]

export function memberPage(input: MemberPage): string {
  const { user, privacy, roster, member, timeline, names, now } = input
  const shown = privacy.name(member) || privacy.id(member.id)
  const why = tellWhy({ ...member, lack: input.lack }, input.waitsFor)
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
      <a href="${path`/console/rosters/${roster.id}/members`}">Members</a> ›
    </p>
    <h1>${shown}</h1>
    ${input.notice}
    <section
      class="notice ${why.tone === 'bad' ? 'problem' : why.tone === 'good' ? 'done' : 'hint'}"
      aria-label="Where this person stands"
    >
      <p><strong>${privacy.text(why.title)}</strong></p>
      ${why.sentences.map((sentence) => html`<p>${privacy.text(sentence)}</p>`)}
      ${input.lack && member.problem ? html`<p>Since ${when(member.problem.at, now)}.</p>` : input.waitsFor ? waitLines(input.waitsFor, now) : null}
      ${input.waitsFor?.plan === undefined ? null : html`<p><a href="${path`/console/rosters/${roster.id}/plans/${input.waitsFor.plan}`}">See the plan</a></p>`}
    </section>
    <div class="row">
      ${privacy.isOperator ? actions(input) : null}<a href="${names.href(roster.id, member.id)}">Look again</a>
    </div>
    ${privacy.isOperator && member.desired === 'present' ? correction(input) : null}
    <dl class="facts">
      <dt>Status</dt>
      <dd>${statusPill(member.status)} <span class="quiet">${STATUS_WORDS[member.status].means}</span></dd>
      <dt>Id</dt>
      <dd>${privacy.id(member.id)}</dd>
      <dt>Address</dt>
      <dd>${privacy.email(member.email) || html`<span class="quiet">not known yet</span>`}</dd>
      <dt>Should be</dt>
      <dd>
        ${member.status === 'reclaimed' ? 'on the roster, out of the app' : member.desired === 'present' ? 'in the group' : 'out of the group'}
      </dd>
      <dt>Apple says</dt>
      <dd>
        ${member.tester ? html`${member.tester.state.replaceAll('_', ' ')} <span class="quiet">(${when(member.tester.observedAt, now, 'not read yet')})</span>` : html`<span class="quiet">nothing yet</span>`}
      </dd>
      ${
        member.protection
          ? html`<dt>Protected</dt>
              <dd>
                ${when(member.protection.at, now)}, by ${privacy.text(member.protection.by)}
                <span class="quiet">No list, reconciliation or reclaim removes this person.</span>
              </dd>`
          : null
      }
      ${usageFacts(member, now)}
      <dt>Last change</dt>
      <dd>${when(member.updatedAt, now)}</dd>
    </dl>
    <h2>What happened</h2>
    ${timeline.length === 0 ? html`<p class="quiet">Nothing yet.</p>` : story(timeline, privacy)}`
  return layout({ title: shown, section: 'console', user, body })
}

/** An address by hand is an event of now: the membership system's next word decides again. */
function correction({ roster, member, names, typed }: MemberPage): Html {
  const hidden = Object.entries(names.fields(roster.id, member.id)).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<details class="box" ${typed ? html` open` : null}>
    <summary>Correct the address or the name</summary>
    <form method="post" action="${path`/console/rosters/${roster.id}/member/change`}" class="stack narrow">
      ${hidden} ${editionField(seenPerson(member))}
      <p>
        With another address the person is invited anew, and the tester with the former one leaves. What the membership
        system says next of this person counts again, so correct it there, too.
      </p>
      <label
        >E-mail address <small>Of the Apple Account.</small
        ><input
          type="email"
          name="email"
          value="${typed?.text('email') ?? member.email ?? ''}"
          required
          maxlength="254"
          autocomplete="off"
      /></label>
      <label
        >First name
        <input
          name="firstName"
          value="${typed?.text('firstName') ?? member.firstName ?? ''}"
          maxlength="256"
          autocomplete="off"
      /></label>
      <label
        >Last name
        <input
          name="lastName"
          value="${typed?.text('lastName') ?? member.lastName ?? ''}"
          maxlength="256"
          autocomplete="off"
      /></label>
      <button type="submit">Save</button>
    </form>
  </details>`
}

/** Where the app is installed, and what was done with it, as far as Apple tells. */
function usageFacts({ tester }: MemberDescription, now: number): Html | null {
  if (tester === null) return null
  const { inviteType, devices, usage } = tester
  const deviceWords = devices.map((device) => {
    const words = [device.model, systemOf(device), device.build && `build ${device.build}`]
    return words.filter(Boolean).join(', ') || 'a device that Apple does not describe'
  })
  return html`${
    inviteType === null
      ? null
      : html`<dt>Came by</dt>
          <dd>${inviteType === 'EMAIL' ? 'an invitation by e-mail' : 'a public link'}</dd>`
  }
  ${
    devices.length === 0
      ? null
      : html`<dt>Devices</dt>
          <dd>
            <ul class="plain">
              ${deviceWords.map((words) => html`<li>${words}</li>`)}
            </ul>
          </dd>`
  }
  ${
    usage === null
      ? null
      : html`<dt>Usage</dt>
          <dd>
            ${count(usage.sessions, 'session')}, ${count(usage.crashes, 'crash', 'crashes')} and
            ${count(usage.feedback, 'piece of feedback', 'pieces of feedback')} in ${usage.days} days
            <span class="quiet">(read ${when(usage.readAt, now)})</span>
          </dd>`
  }`
}

/** What a removal does, by the rules of the roster. */
const leaveWords = ({ removal }: Pick<Roster, 'removal'>) =>
  removal === 'app'
    ? 'The tester leaves the group and loses the app. The next event or list that names the person brings them back, with a new invitation.'
    : 'The tester leaves the group; builds they have may run until they expire. The next event or list that names the person brings them back.'

function actions(input: MemberPage): Html {
  const { roster, member, names } = input
  const to = (verb: string) => path`/console/rosters/${roster.id}/member/${verb}`
  const fields = names.fields(roster.id, member.id)
  const mayInvite = member.desired === 'present' && member.email !== null && member.status !== 'reclaimed'
  return html`${button(to('converge'), 'Sync with Apple now', fields)}
  ${mayInvite ? button(to('invitation'), "Send Apple's invitation again", fields) : null}
  ${member.desired === 'present' ? button(to('link'), 'Make a link to their own page', fields) : null}
  ${member.protection ? button(to('unprotect'), 'Remove the protection', fields) : button(to('protect'), 'Protect', fields)}
  ${input.mayRestore ? button(to('restore'), 'Put back', fields) : null}
  ${member.desired === 'present' ? askFirst('Take off the roster', leaveWords(roster), button(to('remove'), 'Yes, take this person off', fields, 'danger')) : null}`
}

function story(timeline: readonly TimelineItem[], privacy: Privacy): Html {
  return html`<ol class="timeline">
    ${timeline.map(
      ({ at, kind, text, calls }) =>
        html`<li class="${kind === 'run' || kind === 'note' ? kind : 'event'}">
          ${exactTime(at)}
          <p>${privacy.text(kind === 'run' ? withoutCalls(text) : text)}</p>
          ${callList(calls, privacy)}
        </li>`,
    )}
  </ol>`
}

/** The calls stand below as a list. */
function withoutCalls(text: string): string {
  return text.replace(/^Asked App Store Connect: .*?\. Now /, 'Asked App Store Connect. Now ')
}

function callList(calls: TimelineItem['calls'], privacy: Privacy): Html | null {
  if (!calls || calls.length === 0) return null
  return html`<ul>
    ${calls.map(({ call, status, code }) => {
      const isGood = status !== null && status < 400
      return html`<li>
        <code>${privacy.text(call)}</code> →
        ${pill(isGood ? 'good' : 'warn', status === null ? 'no answer' : String(status))}${code ? ` ${code}` : null}
      </li>`
    })}
  </ul>`
}
