import type { AppleSession, TesterRow } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { isReclaimed, type FormerAddress, type Observed } from '../../domain/member.ts'
import { dropWriting, isEntry, mayBeHidden, mayLag, rememberFormer } from '../../domain/plan.ts'
import type { LaneStore } from '../../store/index.ts'
import type { Brakes } from './brakes.ts'
import type { Seats } from './seats.ts'
import { writingKind } from './attempt.ts'
import { bookFailure, endInvitation, isGroupGone, takeBack, unsettledStatus } from './book-failure.ts'
import type { Removals } from './removals.ts'
import type { Listener, Taken } from './take-steps.ts'
import type { KnownTesters, Target } from './target.ts'

/** Where somebody had stopped before the removal, the row says nothing of it: it has to be there still after some reads. */
const READS_OF_A_LEFT_OVER = 3

/** Apple keeps the row of whoever was removed from the app, in state REVOKED, until the build expires. */
function isLeftOver({ writing, state }: Observed, row: TesterRow): boolean {
  if (writing?.kind !== 'remove_app' || writing.answer !== 'confirmed' || row.state !== 'revoked') return false
  return state !== 'revoked' || writing.reads >= READS_OF_A_LEFT_OVER
}

export interface BooksDeps {
  lane: Pick<LaneStore, 'markWriting'>
  leaseToken: string
  clock: Clock
  session: Pick<AppleSession, 'getGroup'>
  /** By app id: what was looked up or learnt in this turn. */
  testers: Map<string, KnownTesters>
  removals: Removals
  brakes: Pick<Brakes, 'stop' | 'trouble' | 'groupGone' | 'againAt'>
  seats: Pick<Seats, 'noteFull'>
  /** Whether this id is a tester of another app: then a create has made nobody new. */
  isKnownElsewhere: (appId: string, key: string, testerId: string) => Promise<boolean>
}

/** Turns answers into what is known of each member; failures in `book-failure.ts`. Nowhere else is a working copy of Observed written. */
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

  /** The entry is not known to have been taken, and shown is who was in before we took the address out. */
  const isOutdated = ({ roster, observed: { writing } }: Target, email: string): boolean => {
    if (!writing || !isEntry(writing) || (writing.answer !== 'lost' && writing.answer !== 'refused')) return false
    const removedAt = deps.removals.fromGroup(roster, emailKey(email))
    return removedAt !== null && mayLag(removedAt, deps.clock.now())
  }

  /** What is done about somebody who stopped testing, once for each join: Apple may let neither of them have an effect. */
  const revives = ({ desired, roster }: Target, { do: kind, email }: Taken['step']): boolean => {
    if (!desired.present) return false
    const tester = deps.testers.get(roster.app.id)?.get(emailKey(email))
    return kind === 'remove_app' || (kind === 'add' && tester?.is === 'found' && tester.state === 'revoked')
  }

  return {
    async beforeWrites(taken) {
      const at = deps.clock.now()
      for (const { target, step } of taken) {
        const kind = writingKind(step.do)
        if (kind === undefined) continue
        const { email, writing, confirmed, former } = target.observed
        target.before = { email, writing, confirmed, former }
        const key = emailKey(step.email)
        target.unseen.delete(key)
        if (kind === 'remove' || kind === 'remove_app') {
          deps.removals.note(target.roster, key, kind === 'remove' ? 'group' : 'app', at)
          if (kind === 'remove_app') target.leavesApp.add(key)
        }
        amend(target, {
          ...dropWriting(target.observed),
          writing: { kind, email: step.email, at, reads: 0, answer: 'lost' },
          ...(kind === 'create' || kind === 'add' ? { email: step.email, confirmed: false } : {}),
          ...(revives(target, step) ? { revived: target.desired.joined } : {}),
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
          if (isLeftOver(target.observed, reading.row)) {
            // The group has the last word, and a new entry makes a new tester.
            target.learnt.set(key, null)
            known?.set(key, { is: 'absent', within: step.within })
            return
          }
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
      const isHidden = !row && mayBeHidden(target.observed, step.email, deps.clock.now())
      if (isHidden) target.unseen.add(emailKey(step.email))
      target.fresh &&= isHidden && target.observed.confirmed
      if (row) learn(target, step.email, row)
      const { writing } = target.observed
      if (!target.desired.present || isReclaimed(target.desired, target.observed) || isLeaving(target, step.email)) {
        if (row || isHidden) countRead(target, step.email)
        else noteUnseen(target, step.email, deps.clock.now())
        return
      }
      if (leavesApp(target, step.email)) {
        // Still to leave the app, to be put in anew after it: being listed says only that Apple is not done.
        if (row || isHidden) countRead(target, step.email)
        else {
          amend(target, { confirmed: false, state: null, writing: null })
          unlearn(target, step.email)
        }
        return
      }
      if (row && isOutdated(target, step.email)) {
        countRead(target, step.email)
      } else if (row) {
        const isEntered = !target.observed.settledState
        amend(target, {
          confirmed: true,
          email: step.email,
          state: row.state,
          observedAt: deps.clock.now(),
          settledState: target.observed.confirmed,
          // What was sent about a former address has still to be read back.
          writing: writing && emailKey(writing.email) !== emailKey(step.email) ? writing : null,
          former: withoutAddress(target.observed.former, step.email),
        })
        if (isEntered && row.state === 'invited') entryMailed(target)
      } else if (writing && isEntry(writing)) {
        countRead(target, step.email)
      } else if (!isHidden) {
        // Known to be in, and not there any more: taken out by somebody else. One who only may have been in is in no longer.
        const { confirmed } = target.observed
        if (!confirmed) noteUnseen(target, step.email, deps.clock.now())
        const email = confirmed ? target.observed.email : null
        amend(target, { email, confirmed: false, state: null, writing: null, observedAt: deps.clock.now() })
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
        former: withoutAddress(target.observed.former, step.email),
      })
      // There is no fresher word of this address.
      target.fresh = false
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

/** The mail of the entry is the invitation that a person asked for. The one after a move goes out once the old address has left. */
function entryMailed(target: Target): void {
  target.invite = false
}

/** Somebody who did more than being invited was there before our create. */
function isOlder({ state }: TesterRow): boolean {
  return state === 'accepted' || state === 'installed' || state === 'revoked'
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

/** No read shows the address in the group: so it is out, until a complete listing shows it after all. */
export function noteUnseen(target: Target, email: string, at: number): void {
  forgetAddress(target, email)
  target.observed = { ...target.observed, former: rememberFormer(target.observed.former, email, at) }
}

/** The address is out of the group, or another's. */
export function forgetAddress(target: Target, email: string): void {
  const key = emailKey(email)
  const { observed } = target
  const isOwn = observed.email !== null && emailKey(observed.email) === key
  const writingIt = observed.writing && emailKey(observed.writing.email) === key
  target.observed = {
    ...observed,
    ...(isOwn ? { email: null, confirmed: false, state: null } : {}),
    leaving: observed.leaving.filter((leaving) => emailKey(leaving) !== key),
    former: withoutAddress(observed.former, email),
    // The mail after a move is for the address that is in already; who waits for one gets the mail of that one's entry.
    invite: observed.invite && target.desired.email !== null,
    writing: writingIt ? null : observed.writing,
  }
}

function withoutAddress(former: FormerAddress[], email: string): FormerAddress[] {
  return former.filter((one) => emailKey(one.email) !== emailKey(email))
}
