import {
  isBuildLack,
  parseEmail,
  type Desired,
  type Roster,
  type WaitsFor,
  type Warning,
} from '@flightroster/core/domain'
import { AppError, isAppError } from '@flightroster/core/errors'
import {
  assertNewest,
  canRestore,
  deleteMember,
  describeMembers,
  explainWaiting,
  getMember,
  protectMember,
  putMember,
  requestForMember,
  restoreMember,
  tellTimeline,
} from '@flightroster/core/usecases/members'
import { makeMemberLink } from '@flightroster/core/usecases/member-link'
import type { MemberRecord } from '@flightroster/core/store'
import type { EventOutcome } from '@flightroster/core/usecases/intake'
import { describeRoster, getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { toName } from '../../routes/events/parse-event.ts'
import { isMemberId } from '../../schemas/ids.ts'
import type { ApiServer } from '../../server.ts'
import { assertEdition, ChangedMeanwhile, changedNotice } from '../edition.ts'
import { readForm, type Form } from '../forms.ts'
import { html, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { note } from '../note.ts'
import { errorNotice } from '../page-errors.ts'
import { CHANGE, VIEW } from '../page-config.ts'
import { privacyOf } from '../privacy.ts'
import { AlreadyThere } from '../making.ts'
import { takenFault } from '../record-list.ts'
import { sendHtml } from '../send-html.ts'
import { exactTime } from '../words.ts'
import { createMemberNames, type MemberNames } from './member-link.ts'
import { laterWords } from './wait-notice.ts'
import { memberPage, PERSON_LABELS, seenPerson } from './member-page.ts'
import { rosterIdOf } from './roster-routes.ts'
import { addPersonAgain } from './add-person-page.ts'
import { paramOf, queryOf } from '../../request-texts.ts'

export function memberRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/rosters/:rosterId/member', VIEW, async (request, reply) => {
    const { done, ...named } = queryOf(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    // Whoever may not see addresses can't ask whether one is here: such an id comes sealed, from a page of ours.
    const mayName = privacyOf(request.user).isOperator || !(named.id ?? '').includes('@')
    const member = readName(createMemberNames(deps.sealer), roster, mayName ? named : {})
    return sendMember(deps, request, reply, roster, member, (wait) => doneNotice(done, wait))
  })

  for (const kind of ['converge', 'invitation'] as const) {
    app.post(`/console/rosters/:rosterId/member/${kind}`, CHANGE, async (request, reply) => {
      const { roster, member, names } = await readTarget(deps, request)
      try {
        await requestForMember(askedBy(deps, request), { roster, member, kind, origin: 'console' })
      } catch (error) {
        if (!isAppError(error, 'rate_limited')) throw error
        return sendMember(deps, request, reply, roster, member, tooOften(error), 429)
      }
      await note(deps, request, `member.${kind}`, `roster:${roster.id}`, deps.toRef(roster.id, member))
      return reply.redirect(`${names.href(roster.id, member)}&done=${kind}`, 303)
    })
  }

  app.post('/console/rosters/:rosterId/member/remove', CHANGE, async (request, reply) => {
    const { roster, member, names } = await readTarget(deps, request)
    try {
      const outcome = await deleteMember(askedBy(deps, request), { roster, member })
      await assertNewest(deps, { roster, member }, outcome)
    } catch (error) {
      return sendNewer(error, deps, request, reply, roster, member)
    }
    await note(deps, request, 'member.remove', `roster:${roster.id}`, deps.toRef(roster.id, member))
    return reply.redirect(`${names.href(roster.id, member)}&done=remove`, 303)
  })

  app.post('/console/rosters/:rosterId/member/change', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const { roster, member, names } = await readTarget(deps, request)
    const { desired } = await getMember(deps, roster, member)
    const email = parseEmail(form.raw('email'))
    const fault = desired.present
      ? faultOf(email, member)
      : notice('problem', 'This person is no longer on the roster.')
    if (fault) return sendMember(deps, request, reply, roster, member, fault, 422, form)
    const input = {
      email,
      firstName: toName(form.text('firstName') || null),
      lastName: toName(form.text('lastName') || null),
    }
    let stands = desired
    try {
      const assertSeen = (current?: Desired) => {
        stands = current ?? stands
        assertEdition(form, seenPerson(stands))
      }
      const put = { roster, member, input, origin: 'console', assertSeen } as const
      await assertNewest(deps, put, await putMember(askedBy(deps, request), put))
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) return sendNewer(error, deps, request, reply, roster, member, form)
      const about = changedNotice(PERSON_LABELS, input, stands)
      return sendMember(deps, request, reply, roster, member, about, 409, form)
    }
    await note(deps, request, 'member.put', `roster:${roster.id}`, deps.toRef(roster.id, member))
    return reply.redirect(`${names.href(roster.id, member)}&done=change`, 303)
  })

  app.post('/console/rosters/:rosterId/member/restore', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const { roster, member, names } = await readTarget(deps, request)
    let isNew: boolean
    try {
      isNew = await restoreMember(askedBy(deps, request), { roster, member, origin: 'console' })
    } catch (error) {
      return sendNewer(error, deps, request, reply, roster, member)
    }
    if (isNew) await note(deps, request, 'member.restore', `roster:${roster.id}`, deps.toRef(roster.id, member))
    return reply.redirect(`${names.href(roster.id, member)}&done=restore`, 303)
  })

  // Shown once, on the page that is answered: an address with it in it would stand in logs and histories.
  app.post('/console/rosters/:rosterId/member/link', CHANGE, async (request, reply) => {
    const { roster, member } = await readTarget(deps, request)
    const { url, expiresAt } = await makeMemberLink(deps, { roster, member, days: LINK_DAYS })
    await note(deps, request, 'member.link', `roster:${roster.id}`, deps.toRef(roster.id, member))
    return sendMember(deps, request, reply, roster, member, linkNotice(url, expiresAt))
  })

  for (const kind of ['protect', 'unprotect'] as const) {
    app.post(`/console/rosters/:rosterId/member/${kind}`, CHANGE, async (request, reply) => {
      const { roster, member, names } = await readTarget(deps, request)
      const asked = { roster, member, isProtected: kind === 'protect', origin: 'console' } as const
      const isNew = await protectMember(askedBy(deps, request), asked)
      if (isNew) await note(deps, request, `member.${kind}`, `roster:${roster.id}`, deps.toRef(roster.id, member))
      return reply.redirect(`${names.href(roster.id, member)}&done=${kind}`, 303)
    })
  }

  addRoute(app, deps)
  jobRoute(app, deps)
}

const LINK_DAYS = 30

const linkNotice = (url: string, expiresAt: number) =>
  notice(
    'done',
    'This is the link to the page of this person.',
    html`<p>
        Send it to nobody else: whoever has it can give the address, ask for the invitation, and leave the beta. Good
        until ${exactTime(expiresAt)}.
      </p>
      <p><code>${url}</code></p>`,
  )

/** What was done, and what comes of it where nothing is in the way. */
const DONE: Record<string, [string, string?]> = {
  converge: ['Asked for.', 'It goes ahead of the backlog: look again in a moment.'],
  invitation: ["Apple's invitation was requested again.", 'Look again in a moment.'],
  change: ['Saved.', 'With another address, Apple invites the person anew in a moment, and the former tester leaves.'],
  remove: ['Taken off the roster.', 'The tester leaves the group in a moment.'],
  restore: [
    'Put back.',
    'The person is in the group again in a moment; Apple sends an invitation where one is needed.',
  ],
  protect: ['Protected: only an event, a removal by hand or an erasure takes this person off the roster now.'],
  unprotect: ['No longer protected: lists and reconciliations treat this person like any other.'],
  added: ['Added to the roster.', 'Apple sends the invitation in a moment: look again.'],
}

function doneNotice(done: string | undefined, wait: WaitsFor | null): Html | undefined {
  const words = done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined
  if (words === undefined) return undefined
  const [what, soon] = words
  return notice('done', soon === undefined ? what : `${what} ${laterWords(wait) ?? soon}`)
}

/** Nothing was done, since an event of later time decides: on the page of the person, with what was typed. */
function sendNewer(
  error: unknown,
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  roster: Roster,
  member: string,
  typed?: Form,
): Promise<FastifyReply> {
  if (!isAppError(error, 'newer_event')) throw error
  return sendMember(deps, request, reply, roster, member, errorNotice(error), 409, typed)
}

const tooOften = ({ retryAfterMs }: AppError) =>
  notice(
    'problem',
    'Too many requests for one person.',
    html`<p>Try again in ${Math.ceil((retryAfterMs ?? 60_000) / 1000)} seconds.</p>`,
  )

function readName(names: MemberNames, roster: Roster, named: { id?: unknown; key?: unknown }): string {
  const member = names.read(roster.id, named)
  if (member === undefined)
    throw new AppError('not_found', {
      message: 'This link does not lead to anybody. Find the person in the list of members.',
    })
  return member
}

async function readTarget(deps: ApiDeps, request: FastifyRequest) {
  const form = readForm(request)
  const names = createMemberNames(deps.sealer)
  const roster = await getRoster(deps, rosterIdOf(request))
  return { roster, names, member: readName(names, roster, { id: form.raw('id'), key: form.raw('key') }) }
}

async function sendMember(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  roster: Roster,
  id: string,
  about?: Html | ((wait: WaitsFor | null) => Html | undefined),
  status = 200,
  typed?: Form,
): Promise<FastifyReply> {
  const record = await getMember(deps, roster, id)
  const [[member], entries, waiting, lack] = await Promise.all([
    describeMembers(deps, roster, [record]),
    deps.store.members(roster.teamKey, roster.id).timeline(id),
    explainWaiting(deps, roster, [record]),
    lackOf(deps, roster, record),
  ])
  if (!member) throw new Error('A member that was read is not described')
  const waitsFor = waiting.get(id) ?? null
  const page = memberPage({
    user: request.user,
    privacy: privacyOf(request.user),
    now: deps.clock.now(),
    roster,
    member,
    waitsFor,
    lack,
    mayRestore: canRestore(record),
    timeline: tellTimeline(entries),
    names: createMemberNames(deps.sealer),
    notice: typeof about === 'function' ? about(waitsFor) : about,
    typed,
  })
  return sendHtml(reply, page, status)
}

/** What the builds of the group lack by the newest reading, for who is in and has no invitation for that. */
async function lackOf(deps: ApiDeps, roster: Roster, { observed, status }: MemberRecord): Promise<Warning | undefined> {
  if (status !== 'not_invited' || !observed?.problem || !isBuildLack(observed.problem.code)) return undefined
  const { warnings } = (await describeRoster(deps, roster)).roster
  return warnings.find(({ code }) => isBuildLack(code))
}

function addRoute(app: ApiServer, deps: ApiDeps): void {
  app.post('/console/rosters/:rosterId/people', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    const [email, names] = [parseEmail(form.raw('email')), createMemberNames(deps.sealer)]
    const member = form.text('id') || (email ?? '').toLowerCase()
    const fault = faultOf(email, member)
    if (fault) return sendHtml(reply, addPersonAgain(request.user, roster.id, fault, form), 422)
    const input = { email, firstName: nameIn(form, 'firstName'), lastName: nameIn(form, 'lastName') }
    // Whoever adds a person means nobody who is there: of two who give one id to two people, the second is told.
    const assertSeen = (known?: Desired) => {
      if (known?.present && !isSameEmail(known.email, email)) throw new AlreadyThere()
    }
    const put = { roster, member, input, origin: 'console', assertSeen } as const
    const again = (about: Html) => sendHtml(reply, addPersonAgain(request.user, roster.id, about, form), 409)
    let outcome: EventOutcome
    try {
      outcome = await putMember(askedBy(deps, request), put)
      await assertNewest(deps, put, outcome)
    } catch (error) {
      if (error instanceof AlreadyThere) return again(takenFault('person', member, names.href(roster.id, member)))
      if (isAppError(error, 'newer_event')) return again(errorNotice(error))
      throw error
    }
    if (outcome.problem) {
      const problem = errorNotice(new AppError(outcome.problem))
      return sendHtml(reply, addPersonAgain(request.user, roster.id, problem, form), 422)
    }
    await note(deps, request, 'member.put', `roster:${roster.id}`, deps.toRef(roster.id, member))
    return reply.redirect(`${names.href(roster.id, member)}&done=added`, 303)
  })
}

const isSameEmail = (one: string | null, other: string | null) => one?.toLowerCase() === other?.toLowerCase()

/** An empty field says nothing of somebody who is there already. */
const nameIn = (form: Form, field: string) => toName(form.text(field) || undefined)

function faultOf(email: string | null, member: string): Html | undefined {
  if (email === null)
    return notice(
      'problem',
      'This is not a valid e-mail address.',
      html`<p>Enter the address of the person's Apple Account, such as ann@example.com.</p>`,
    )
  if (!isMemberId(member))
    return notice(
      'problem',
      'This id is not valid.',
      html`<p>Use 1 to 256 bytes without control characters, or leave it empty.</p>`,
    )
  return undefined
}

/** From a job in Bull Board, which carries an opaque reference, to the person it is for. */
function jobRoute(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/jobs/:teamKeyId/:ref', VIEW, async (request, reply) => {
    const teamKeyId = paramOf(request, 'teamKeyId')
    const ref = paramOf(request, 'ref')
    const [work] = await deps.store.lane(teamKeyId).readWork([ref])
    if (!work) throw new AppError('not_found', { message: 'Nothing is left to do for this job.' })
    return reply.redirect(createMemberNames(deps.sealer).href(work.roster, work.member), 303)
  })
}
