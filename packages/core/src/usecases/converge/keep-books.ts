import type { AppleSession, TesterRow } from '../../apple/index.ts'
import { isWriteAmbiguous } from '../../apple/index.ts'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { settledStatus, type MemberStatus, type Observed } from '../../domain/member.ts'
import { isEntry } from '../../domain/plan.ts'
import type { Roster } from '../../domain/roster.ts'
import { ERROR_RULES, isAppError, type AppError, type ErrorCode } from '../../errors.ts'
import type { LaneStore } from '../../store/index.ts'
import type { Brakes } from './brakes.ts'
import type { Seats } from './seats.ts'
import { endpointOf, READS, REFUSALS, writingKind, type Listener, type Taken } from './take-steps.ts'
import type { Ending, KnownTesters, Target } from './target.ts'

export interface BooksDeps {
  lane: Pick<LaneStore, 'markWriting'>
  leaseToken: string
  clock: Clock
  session: Pick<AppleSession, 'getGroup'>
  /** By app id: what was looked up or learnt in this turn. */
  testers: Map<string, KnownTesters>
  brakes: Pick<Brakes, 'stop' | 'trouble' | 'groupGone' | 'againAt'>
  seats: Pick<Seats, 'noteFull'>
  /** Whether this id is a tester of another app: then a create has made nobody new. */
  isKnownElsewhere: (appId: string, key: string, testerId: string) => Promise<boolean>
}

/** Turns answers into what is known of each member. The only place where a working copy of Observed is written. */
export function createBooks(deps: BooksDeps): Listener {
  const confirmedGroups = new Set<string>()

  const learn = (target: Target, email: string, row: TesterRow) => {
    target.learnt.set(emailKey(email), row.id)
    deps.testers.get(target.roster.app.id)?.set(emailKey(email), { is: 'found', id: row.id, state: row.state })
  }
  const unlearn = (target: Target, email: string) => {
    deps.testers.get(target.roster.app.id)?.delete(emailKey(email))
  }
  const amend = (target: Target, change: Partial<Observed>) => {
    target.observed = { ...target.observed, ...change }
  }
  const countRead = (target: Target, email: string) => {
    const { writing } = target.observed
    if (writing && emailKey(writing.email) === emailKey(email)) {
      amend(target, { writing: { ...writing, reads: writing.reads + 1 } })
    }
  }

  return {
    async beforeWrites(taken) {
      const at = deps.clock.now()
      for (const { target, step } of taken) {
        const kind = writingKind(step.do)
        if (kind === undefined) continue
        const { email, writing, confirmed } = target.observed
        target.before = { email, writing, confirmed }
        amend(target, {
          writing: { kind, email: step.email, at, reads: 0, answer: 'lost' },
          ...(kind === 'create' || kind === 'add' ? { email: step.email, confirmed: false } : {}),
          ...(kind === 'remove_app' && target.desired.present ? { revived: target.desired.joined } : {}),
        })
      }
      const marks = taken.map(({ target }) => ({
        roster: target.roster,
        member: target.member,
        observed: target.observed,
      }))
      return deps.lane.markWriting(deps.leaseToken, at, marks)
    },

    unsent: ({ target, step }) => {
      if (writingKind(step.do) !== undefined) takeBack(target)
    },

    postponed({ target }, until) {
      target.ending = {
        kind: 'later',
        until,
        status: unsettledStatus(target),
        problem: target.observed.problem?.code ?? 'call_forbidden',
      }
    },

    found({ target, step }, reading) {
      const key = emailKey(step.email)
      const known = deps.testers.get(target.roster.app.id)
      switch (reading.is) {
        case 'found':
          // An id of the account may be another app's: it is kept once the group shows it.
          if (step.within === 'app') target.learnt.set(key, reading.row.id)
          known?.set(key, { is: 'found', id: reading.row.id, state: reading.row.state })
          if (target.observed.writing?.kind === 'remove_app') countRead(target, step.email)
          return
        case 'absent':
          // Only an id that we had can be gone: a fellow member with this address may be giving it one in this very turn.
          if (known?.get(key)?.is === 'found') target.learnt.set(key, null)
          known?.set(key, { is: 'absent', within: step.within })
          return
        case 'unknown':
          known?.set(key, { is: 'unknown', unsearchable: true })
      }
    },

    membership({ target, step }, reading) {
      if (reading.is === 'unknown') {
        deps.testers.get(target.roster.app.id)?.set(emailKey(step.email), { is: 'unknown', unsearchable: true })
        target.ending = { kind: 'retry', error: reading.error, status: unsettledStatus(target) }
        return
      }
      const row = reading.is === 'found' ? reading.row : null
      target.fresh = false
      if (row) learn(target, step.email, row)
      const { writing } = target.observed
      if (!target.desired.present || isLeaving(target, step.email)) {
        // Just created or added, and reads lag: the planner reads again before it believes that nobody is there.
        if (row || (writing && isEntry(writing) && emailKey(writing.email) === emailKey(step.email)))
          countRead(target, step.email)
        else forgetAddress(target, step.email)
        return
      }
      if (leavesApp(target, step.email)) {
        // Still to leave the app, to be put in anew after it: being listed says only that Apple is not done.
        if (row) countRead(target, step.email)
        else {
          amend(target, { confirmed: false, state: null, writing: null })
          unlearn(target, step.email)
        }
        return
      }
      if (row) {
        const isEntered = !target.observed.settledState
        amend(target, {
          confirmed: true,
          email: step.email,
          state: row.state,
          observedAt: deps.clock.now(),
          settledState: target.observed.confirmed,
          writing: null,
        })
        if (isEntered && row.state === 'invited') entryMailed(target)
      } else if (writing && isEntry(writing)) {
        countRead(target, step.email)
      } else {
        // Known to be in, and not there any more: taken out by somebody else.
        amend(target, { confirmed: false, state: null, writing: null, observedAt: deps.clock.now() })
        unlearn(target, step.email)
      }
    },

    async created({ target, step }, row) {
      learn(target, step.email, row)
      const { writing } = target.observed
      // Nobody new: whether this one is in the group is read, not assumed.
      if (
        writing &&
        (isOlder(row) || (await deps.isKnownElsewhere(target.roster.app.id, emailKey(step.email), row.id)))
      ) {
        amend(target, { writing: { ...writing, answer: 'older' } })
        return
      }
      amend(target, {
        confirmed: true,
        email: step.email,
        state: row.state,
        observedAt: deps.clock.now(),
        settledState: false,
        writing: null,
      })
      if (row.state === 'invited') entryMailed(target)
    },

    added({ target }) {
      const { writing } = target.observed
      if (writing) amend(target, { writing: { ...writing, answer: 'confirmed' } })
    },

    async removed({ target, step }, how) {
      const { writing } = target.observed
      if (step.do === 'remove_app') {
        unlearn(target, step.email)
        target.learnt.set(emailKey(step.email), null)
        if (writing) amend(target, { writing: { ...writing, answer: 'confirmed' } })
        if (isOwn(target, step.email)) amend(target, { confirmed: false })
        if (how === 'started') return
      }
      if (step.do === 'remove') forgetAddress(target, step.email)
    },

    invited({ target }) {
      endInvitation(target)
      amend(target, { writing: null, settledState: false, observedAt: deps.clock.now() })
    },

    async missesGroup(chunk) {
      const roster = chunk[0]?.target.roster
      return roster !== undefined && (await isGroupGone(deps, confirmedGroups, roster))
    },

    failed: (taken, error, merged, asked) =>
      bookFailure(deps, confirmedGroups, { ...taken, merged, asked }, error, { amend, unlearn }),
  }
}

interface Pens {
  amend: (target: Target, change: Partial<Observed>) => void
  unlearn: (target: Target, email: string) => void
}

/** A write that surely had no effect: as if it had never been noted. */
function takeBack(target: Target): void {
  if (target.before) target.observed = { ...target.observed, ...target.before }
}

/** What a failed call means for one member: by what was asked, by the error's disposition, and by whether it may have been applied. */
async function bookFailure(
  deps: BooksDeps,
  confirmedGroups: Set<string>,
  { target, step, merged, asked }: Taken & { merged: number; asked: 'step' | 'read' },
  error: AppError,
  pens: Pens,
): Promise<void> {
  const rule = ERROR_RULES[error.code]
  const isWrite = asked === 'step'
  const isRefusal = REFUSALS.includes(error.code)
  const mayBeThere = isWrite && isRefusal && !(step.do === 'create' && rule.disposition === 'reject')
  if (isWrite && !isWriteAmbiguous(error) && (!mayBeThere || step.do === 'invite')) takeBack(target)
  if (rule.stops === 'lane') {
    deps.brakes.stop(error)
    target.ending = { kind: 'give_back' }
    return
  }
  if (error.code === 'apple_not_found' && (await isGroupGone(deps, confirmedGroups, target.roster))) return
  if (isWrite && step.do === 'invite') return bookFailedInvitation(deps, target, error)
  if (mayBeThere) {
    // An unknown group is refused in as many ways as a bad tester: the group is read, once a turn.
    if (await isGroupGone(deps, confirmedGroups, target.roster)) return
    const { writing } = target.observed
    pens.unlearn(target, step.email)
    target.learnt.set(emailKey(step.email), null)
    if (writing) pens.amend(target, { writing: { ...writing, answer: 'refused', reads: 0 } })
    return
  }
  if (!isWrite && (isRefusal || error.code === 'call_forbidden')) {
    // Says nothing of the person: asked again later, and nothing is believed meanwhile.
    target.ending = later(target, deps.brakes.againAt(READS), error)
    return
  }
  switch (rule.disposition) {
    case 'reject':
      pens.amend(target, { confirmed: false, writing: null })
      target.ending = { kind: 'done', status: 'failed', problem: error.code, detail: error.message }
      return
    case 'wait':
      deps.seats.noteFull(target.roster.app.id)
      pens.amend(target, { writing: null })
      target.ending = { kind: 'in_line' }
      return
    case 'retry':
    case 'block':
      // A call for many speaks of Apple, not of one of them: nobody loses an attempt.
      if (error.code === 'call_forbidden') {
        target.ending =
          merged > 1 ? later(target, deps.brakes.againAt(endpointOf(step)), error) : { kind: 'retry', error }
        return
      }
      deps.brakes.trouble(error, merged)
      target.ending = merged > 1 ? { kind: 'give_back' } : { kind: 'retry', error }
  }
}

/** An invitation that was asked for ends in a mail, or in words that say why not. Surely not sent goes again; a second mail never does. */
function bookFailedInvitation(deps: BooksDeps, target: Target, error: AppError): void {
  const { appleCode, status } = error.details
  const said = [status, appleCode].filter((word) => typeof word === 'string' || typeof word === 'number').join(' ')
  if (isWriteAmbiguous(error)) {
    deps.brakes.trouble(error, 1)
    return endInvitation(target, 'invitation_unknown')
  }
  if (error.code === 'build_missing') {
    endInvitation(target)
    target.ending = { kind: 'done', status: 'not_invited', problem: 'build_missing' }
    return
  }
  if (typeof appleCode === 'string' && appleCode.endsWith('ALREADY_ACCEPTED')) {
    // Newer than what we know of the person.
    target.fresh = true
    return endInvitation(target)
  }
  const detail = `${ERROR_RULES.invitation_refused.title} Answer: ${said || 'none'}.`
  if (ERROR_RULES[error.code].disposition === 'reject' || target.job.isLastAttempt) {
    return endInvitation(target, 'invitation_refused', detail)
  }
  if (error.code === 'apple_unreachable') deps.brakes.trouble(error, 1)
  target.ending = { kind: 'retry', error, status: settledStatus(true, target.observed.state) }
}

/** Whoever asked for an invitation has what there is to have: a mail, or the reason why not. */
export function endInvitation(target: Target, problem: ErrorCode | null = null, detail?: string): void {
  target.invite = false
  target.observed = { ...target.observed, invite: false }
  if (target.observed.writing?.kind === 'invite') target.observed = { ...target.observed, writing: null }
  if (problem !== null) target.notice = { problem, detail: detail ?? ERROR_RULES[problem].title }
}

function later(target: Target, until: number, { code, message }: AppError): Ending {
  return { kind: 'later', until, status: unsettledStatus(target), problem: code, detail: message }
}

/** The mail of the entry is the invitation that a person asked for. The one after a move goes out once the old address has left. */
function entryMailed(target: Target): void {
  target.invite = false
}

/** What is said of somebody whose turn ended before it was known: what was known before. */
function unsettledStatus({ observed, desired }: Target): MemberStatus {
  return desired.present && observed.confirmed ? settledStatus(true, observed.state) : 'pending'
}

/** Somebody who did more than being invited was there before our create. */
function isOlder({ state }: TesterRow): boolean {
  return state === 'accepted' || state === 'installed' || state === 'revoked'
}

async function isGroupGone(deps: BooksDeps, confirmedGroups: Set<string>, roster: Roster): Promise<boolean> {
  if (roster.blocked) return true
  if (confirmedGroups.has(roster.group.id)) return false
  try {
    await deps.session.getGroup(roster.group.id)
    confirmedGroups.add(roster.group.id)
    return false
  } catch (error) {
    if (!isAppError(error)) throw error
    if (error.code !== 'apple_not_found') return false
    await deps.brakes.groupGone(roster)
    return true
  }
}

function isOwn(target: Target, email: string): boolean {
  return target.observed.email !== null && emailKey(target.observed.email) === emailKey(email)
}

/** Our own removal from the app, under way. */
function leavesApp({ observed: { writing } }: Target, email: string): boolean {
  return writing?.kind === 'remove_app' && emailKey(writing.email) === emailKey(email)
}

function isLeaving(target: Target, email: string): boolean {
  const key = emailKey(email)
  return target.observed.leaving.some((leaving) => emailKey(leaving) === key)
}

/** The address is out of the group. */
export function forgetAddress(target: Target, email: string): void {
  const key = emailKey(email)
  const { observed } = target
  const isOwn = observed.email !== null && emailKey(observed.email) === key
  const writingIt = observed.writing && emailKey(observed.writing.email) === key
  target.observed = {
    ...observed,
    ...(isOwn ? { email: null, confirmed: false, state: null } : {}),
    leaving: observed.leaving.filter((leaving) => emailKey(leaving) !== key),
    // The mail after a move is for the address that is in already; who waits for one gets the mail of that one's entry.
    invite: observed.invite && target.desired.email !== null,
    writing: writingIt ? null : observed.writing,
  }
}
