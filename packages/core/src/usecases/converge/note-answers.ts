import type { TesterRow } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import type { FormerAddress, Observed } from '../../domain/member.ts'
import {
  dropWriting,
  isAbout,
  isEntry,
  isOwn,
  mayBeHidden,
  mayLag,
  rememberFormer,
} from '../../domain/former-addresses.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneStore } from '../../store/index.ts'
import type { Brakes } from './brakes.ts'
import type { Seats } from './seats.ts'
import { noteFailure, endInvitation, takeBack, unsettledStatus } from './note-failure.ts'
import type { Removals } from './removals.ts'
import type { Listener, Taken } from './take-steps.ts'
import { amend, wantsToBeIn, type KnownTesters, type Turn } from './turn.ts'

/** Where somebody had stopped before the removal, the row says nothing of it: it has to be there still after some reads. */
const READS_OF_A_LEFT_OVER = 3

/** Apple keeps the row of whoever was removed from the app, in state REVOKED, until the build expires. */
function isLeftOver({ writing, state }: Observed, row: TesterRow): boolean {
  if (writing?.kind !== 'remove_app' || writing.answer !== 'confirmed' || row.state !== 'revoked') return false
  return state !== 'revoked' || writing.reads >= READS_OF_A_LEFT_OVER
}

export interface ListenerDeps {
  lane: Pick<LaneStore, 'markWriting'>
  leaseToken: string
  clock: Clock
  /** By app id: what was looked up or learnt in this turn. */
  testers: Map<string, KnownTesters>
  removals: Removals
  brakes: Pick<Brakes, 'stop' | 'trouble' | 'againAt'>
  seats: Pick<Seats, 'noteFull'>
  /** Whether this id is a tester of another app: then a create has made nobody new. */
  isKnownElsewhere: (appId: string, key: string, testerId: string) => Promise<boolean>
  /** After a 404: whether it is the group that is gone; the turns of all its members have ended then. */
  isGroupGone: (roster: Roster) => Promise<boolean>
}

/** Turns answers into what is known of each member; failures in `note-failure.ts`. Nowhere else is a working copy of Observed written. */
export function createListener(deps: ListenerDeps): Listener {
  const learn = (turn: Turn, email: string, row: TesterRow) => {
    turn.learnt.set(emailKey(email), row.id)
    deps.testers.get(turn.roster.app.id)?.set(emailKey(email), { is: 'found', id: row.id, state: row.state })
  }
  const unlearn = (turn: Turn, email: string) => {
    deps.testers.get(turn.roster.app.id)?.delete(emailKey(email))
  }
  const countRead = (turn: Turn, email: string) => {
    const { writing } = turn.observed
    if (writing && isAbout(writing, email)) amend(turn, { writing: { ...writing, reads: writing.reads + 1 } })
  }

  /** In the group by Apple's word, which has settled where it is not the first one since our entry. */
  const noteIn = (turn: Turn, email: string, { state }: TesterRow) => {
    const { writing, former, confirmed, settledState } = turn.observed
    amend(turn, {
      confirmed: true,
      email,
      state,
      observedAt: deps.clock.now(),
      settledState: confirmed,
      // What was sent about a former address has still to be read back.
      writing: writing && !isAbout(writing, email) ? writing : null,
      former: withoutAddress(former, email),
    })
    // The mail of the entry is the invitation that a person asked for. The one after a move goes out once the old address has left.
    if (!settledState && state === 'invited') turn.invite = false
  }

  /** The entry is not known to have been taken, and shown is who was in before we took the address out. */
  const isOutdated = ({ roster, observed: { writing } }: Turn, email: string): boolean => {
    if (!writing || !isEntry(writing) || (writing.answer !== 'lost' && writing.answer !== 'refused')) return false
    const removedAt = deps.removals.fromGroup(roster, emailKey(email))
    return removedAt !== null && mayLag(removedAt, deps.clock.now())
  }

  /** What is done about somebody who stopped testing, once for each join: Apple may let neither of them have an effect. */
  const revives = ({ desired, roster }: Turn, { do: kind, email }: Taken['step']): boolean => {
    if (!desired.present) return false
    const tester = deps.testers.get(roster.app.id)?.get(emailKey(email))
    return kind === 'remove_app' || (kind === 'add' && tester?.is === 'found' && tester.state === 'revoked')
  }

  return {
    async beforeWrites(taken) {
      const at = deps.clock.now()
      for (const { turn, step } of taken) {
        const { do: kind } = step
        const { email, writing, confirmed, former } = turn.observed
        turn.before = { email, writing, confirmed, former }
        const key = emailKey(step.email)
        turn.unseen.delete(key)
        if (kind === 'remove' || kind === 'remove_app') {
          deps.removals.note(turn.roster, key, kind === 'remove' ? 'group' : 'app', at)
          if (kind === 'remove_app') turn.leavesApp.add(key)
        }
        amend(turn, {
          ...dropWriting(turn.observed),
          writing: { kind, email: step.email, at, reads: 0, answer: 'lost' },
          ...(kind === 'create' || kind === 'add' ? { email: step.email, confirmed: false, settledState: false } : {}),
          ...(revives(turn, step) ? { revived: turn.desired.joined } : {}),
        })
      }
      const marks = taken.map(({ turn }) => ({
        roster: turn.roster,
        member: turn.member,
        observed: turn.observed,
      }))
      return deps.lane.markWriting(deps.leaseToken, at, marks)
    },

    unsent: ({ turn }) => takeBack(turn),

    postponed({ turn }, until) {
      turn.ending = {
        kind: 'later',
        until,
        status: unsettledStatus(turn),
        problem: turn.observed.problem?.code ?? 'call_forbidden',
      }
    },

    found({ turn, step }, reading) {
      const key = emailKey(step.email)
      const known = deps.testers.get(turn.roster.app.id)
      switch (reading.is) {
        case 'found':
          if (isLeftOver(turn.observed, reading.row)) {
            // The group has the last word, and a new entry makes a new tester.
            turn.learnt.set(key, null)
            known?.set(key, { is: 'absent', within: step.within })
            return
          }
          // An id of the account may be another app's: it is kept once the group shows it.
          if (step.within === 'app') turn.learnt.set(key, reading.row.id)
          known?.set(key, { is: 'found', id: reading.row.id, state: reading.row.state })
          if (turn.observed.writing?.kind === 'remove_app') countRead(turn, step.email)
          return
        case 'absent':
          // Only an id that we had can be gone: a fellow member with this address may be giving it one in this very turn.
          if (known?.get(key)?.is === 'found') turn.learnt.set(key, null)
          known?.set(key, { is: 'absent', within: step.within })
          return
        case 'unknown':
          known?.set(key, { is: 'unknown', unsearchable: true })
      }
    },

    membership({ turn, step }, reading) {
      if (reading.is === 'unknown') {
        deps.testers.get(turn.roster.app.id)?.set(emailKey(step.email), { is: 'unknown', unsearchable: true })
        turn.ending = { kind: 'retry', error: reading.error, status: unsettledStatus(turn) }
        return
      }
      const key = emailKey(step.email)
      const row = reading.is === 'found' ? reading.row : null
      const isHidden = !row && mayBeHidden(turn.observed, step.email, deps.clock.now())
      if (isHidden) turn.unseen.add(key)
      turn.fresh &&= isHidden && turn.observed.confirmed
      if (row) learn(turn, step.email, row)
      const { writing } = turn.observed
      if (!wantsToBeIn(turn) || isLeaving(turn, step.email)) {
        // Whoever was in before we had anything to do with it has to leave as well.
        if (row && !writing && isOwn(turn.observed, step.email)) {
          amend(turn, { confirmed: true, observedAt: deps.clock.now() })
        }
        if (row || isHidden) countRead(turn, step.email)
        else noteUnseen(turn, step.email, deps.clock.now())
        return
      }
      if (leavesApp(turn, step.email)) {
        // Still to leave the app, to be put in anew after it: being listed says only that Apple is not done.
        if (row || isHidden) countRead(turn, step.email)
        else {
          amend(turn, { confirmed: false, state: null, writing: null })
          unlearn(turn, step.email)
        }
        return
      }
      if (row && isOutdated(turn, step.email)) {
        countRead(turn, step.email)
      } else if (row) {
        noteIn(turn, step.email, row)
      } else if (writing && isEntry(writing)) {
        countRead(turn, step.email)
      } else if (!isHidden) {
        // Known to be in, and not there any more: taken out by somebody else. One who only may have been in is in no longer.
        const { confirmed } = turn.observed
        if (!confirmed) noteUnseen(turn, step.email, deps.clock.now())
        const email = confirmed ? turn.observed.email : null
        amend(turn, { email, confirmed: false, state: null, writing: null, observedAt: deps.clock.now() })
        unlearn(turn, step.email)
      }
    },

    async created({ turn, step }, row) {
      learn(turn, step.email, row)
      const { writing } = turn.observed
      // Nobody new: whether this one is in the group is read, not assumed.
      if (
        writing &&
        (isOlder(row) || (await deps.isKnownElsewhere(turn.roster.app.id, emailKey(step.email), row.id)))
      ) {
        amend(turn, { writing: { ...writing, answer: 'older' } })
        return
      }
      noteIn(turn, step.email, row)
      // There is no fresher word of this address.
      turn.fresh = false
    },

    added({ turn }) {
      const { writing } = turn.observed
      if (writing) amend(turn, { writing: { ...writing, answer: 'confirmed' } })
    },

    async removed({ turn, step }, how) {
      const { writing } = turn.observed
      if (step.do === 'remove_app') {
        unlearn(turn, step.email)
        turn.learnt.set(emailKey(step.email), null)
        if (writing) amend(turn, { writing: { ...writing, answer: 'confirmed' } })
        if (isOwn(turn.observed, step.email)) amend(turn, { confirmed: false })
        if (how === 'started') return
      }
      if (step.do === 'remove') forgetAddress(turn, step.email)
    },

    invited({ turn }) {
      endInvitation(turn)
      amend(turn, { writing: null, settledState: false, observedAt: deps.clock.now() })
    },

    missesGroup: ([first]) => (first ? deps.isGroupGone(first.turn.roster) : Promise.resolve(false)),

    failed: (...failure) => noteFailure(deps, ...failure),
  }
}

/** Somebody who did more than being invited was there before our create. */
function isOlder({ state }: TesterRow): boolean {
  return state === 'accepted' || state === 'installed' || state === 'revoked'
}

/** Our own removal from the app, under way. */
function leavesApp({ observed: { writing } }: Turn, email: string): boolean {
  return writing?.kind === 'remove_app' && isAbout(writing, email)
}

function isLeaving(turn: Turn, email: string): boolean {
  const key = emailKey(email)
  return turn.observed.leaving.some((leaving) => emailKey(leaving) === key)
}

/** No read shows the address in the group: so it is out, until a complete listing shows it after all. */
export function noteUnseen(turn: Turn, email: string, at: number): void {
  forgetAddress(turn, email)
  amend(turn, { former: rememberFormer(turn.observed.former, email, at) })
}

/** The address is out of the group, or another's. */
export function forgetAddress(turn: Turn, email: string): void {
  const key = emailKey(email)
  const { observed } = turn
  const { writing } = observed
  amend(turn, {
    ...(isOwn(observed, email) ? { email: null, confirmed: false, state: null } : {}),
    leaving: observed.leaving.filter((leaving) => emailKey(leaving) !== key),
    former: withoutAddress(observed.former, email),
    // The mail after a move is for the address that is in already; who waits for one gets the mail of that one's entry.
    invite: observed.invite && turn.desired.email !== null,
    writing: writing && isAbout(writing, email) ? null : writing,
  })
}

function withoutAddress(former: FormerAddress[], email: string): FormerAddress[] {
  return former.filter((one) => emailKey(one.email) !== emailKey(email))
}
