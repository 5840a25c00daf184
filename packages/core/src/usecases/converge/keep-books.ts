import type { AppleSession, TesterRow } from '../../apple/index.ts'
import { isWriteAmbiguous } from '../../apple/index.ts'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import type { Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { ERROR_RULES, isAppError, type AppError } from '../../errors.ts'
import type { LaneStore } from '../../store/index.ts'
import type { Seats } from './seats.ts'
import { writingKind, type Listener, type Taken } from './take-steps.ts'
import type { KnownTesters, Target } from './target.ts'

export interface BooksDeps {
  lane: LaneStore
  leaseToken: string
  clock: Clock
  session: AppleSession
  /** By app id: what was looked up or learnt in this turn. */
  testers: Map<string, KnownTesters>
  /** The lane has to stop: nothing more is sent in this visit. */
  stop: (error: AppError) => void
  /** A call failed in a way that may be Apple's state as a whole. */
  noteTrouble: (error: AppError, merged: number) => void
  seats: Pick<Seats, 'noteFull'>
  /** The roster's group is gone, confirmed by reading it. */
  groupGone: (roster: Roster, error: AppError) => Promise<void>
}

/** Turns answers into what is known of each member. The only place where a working copy of Observed is written. */
export function createBooks(deps: BooksDeps): Listener {
  const confirmedGroups = new Set<string>()

  const learn = (target: Target, email: string, row: TesterRow | null) => {
    const key = emailKey(email)
    const known = deps.testers.get(target.roster.app.id)
    // Only an id that we had can be gone: a fellow member with this address may be giving it one in this very turn.
    if (row || known?.get(key)) target.learnt.set(key, row?.id ?? null)
    known?.set(key, row ? { id: row.id, state: row.state } : null)
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
        const enters = kind === 'create' || kind === 'add'
        amend(target, {
          writing: { kind, email: step.email, at, reads: 0, answer: 'lost' },
          ...(enters ? { email: step.email } : {}),
          ...(kind === 'remove_app' && target.desired.present ? { revived: target.desired.joined } : {}),
        })
      }
      const marks = taken.map(({ target }) => ({
        roster: target.roster.id,
        member: target.member,
        observed: target.observed,
      }))
      return deps.lane.markWriting(deps.leaseToken, at, marks)
    },

    found({ target, step }, row) {
      learn(target, step.email, row)
      countRead(target, step.email)
    },

    membership({ target, step }, row) {
      target.fresh = false
      if (row) learn(target, step.email, row)
      const leaves = !target.desired.present || isLeaving(target, step.email)
      if (leaves) {
        if (row) countRead(target, step.email)
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
        amend(target, {
          confirmed: true,
          email: step.email,
          state: row.state,
          observedAt: deps.clock.now(),
          settledState: target.observed.confirmed,
          writing: null,
        })
      } else if (target.observed.writing) {
        countRead(target, step.email)
      } else {
        // Known to be in, and not there any more: taken out by somebody else.
        amend(target, { confirmed: false, state: null, observedAt: deps.clock.now() })
        unlearn(target, step.email)
      }
    },

    async created({ target, step }, row) {
      learn(target, step.email, row)
      amend(target, {
        confirmed: true,
        email: step.email,
        state: row.state,
        observedAt: deps.clock.now(),
        settledState: false,
        writing: null,
      })
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
      target.invite = false
      amend(target, { invite: false, writing: null, settledState: false, observedAt: deps.clock.now() })
    },

    async missesGroup(chunk) {
      const roster = chunk[0]?.target.roster
      return roster !== undefined && (await isGroupGone(deps, confirmedGroups, roster))
    },

    failed: (taken, error, merged) => bookFailure(deps, confirmedGroups, taken, error, merged, { amend, unlearn }),
  }
}

interface Pens {
  amend: (target: Target, change: Partial<Observed>) => void
  unlearn: (target: Target, email: string) => void
}

/** What a failed call means for one member: by the error's disposition, and by whether a write may have been applied. */
async function bookFailure(
  deps: BooksDeps,
  confirmedGroups: Set<string>,
  { target, step }: Taken,
  error: AppError,
  merged: number,
  pens: Pens,
): Promise<void> {
  const rule = ERROR_RULES[error.code]
  const isWrite = writingKind(step.do) !== undefined
  if (!isWriteAmbiguous(error) && isWrite && !isAppError(error, 'apple_refused', 'apple_not_found')) {
    // Surely not applied, so there is nothing to read back.
    pens.amend(target, { writing: null })
  }
  if (rule.stops === 'lane') {
    deps.stop(error)
    target.ending = { kind: 'give_back' }
    return
  }
  if (step.do === 'invite') {
    bookRefusedInvitation(target, error, pens)
    return
  }
  if (isAppError(error, 'apple_refused', 'apple_not_found') && isWrite) {
    // An unknown group is refused in as many ways as a bad tester: the group is read, once a turn.
    if (await isGroupGone(deps, confirmedGroups, target.roster)) return
    const { writing } = target.observed
    pens.unlearn(target, step.email)
    target.learnt.set(emailKey(step.email), null)
    if (writing) pens.amend(target, { writing: { ...writing, answer: 'refused', reads: 0 } })
    return
  }
  if (error.code === 'apple_not_found' && (await isGroupGone(deps, confirmedGroups, target.roster))) return
  switch (rule.disposition) {
    case 'reject':
      pens.amend(target, { email: null, writing: null, confirmed: false })
      target.ending = { kind: 'done', status: 'failed', problem: error.code, detail: error.message }
      return
    case 'wait':
      deps.seats.noteFull(target.roster.app.id)
      pens.amend(target, { email: null })
      target.ending = { kind: 'in_line' }
      return
    case 'retry':
    case 'block':
      // A call for many speaks of Apple, not of one of them: the lane waits, and nobody loses an attempt.
      deps.noteTrouble(error, merged)
      target.ending = merged > 1 ? { kind: 'give_back' } : { kind: 'retry', error }
  }
}

/** An invitation is not repeated after a lost answer: a second one would mail twice. */
function bookRefusedInvitation(target: Target, error: AppError, pens: Pens): void {
  target.invite = false
  pens.amend(target, { invite: false, writing: null })
  if (error.code === 'build_missing') {
    target.ending = { kind: 'done', status: 'not_invited', problem: 'build_missing' }
  }
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
    await deps.groupGone(roster, error)
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
