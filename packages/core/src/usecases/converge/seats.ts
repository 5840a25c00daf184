import type { Clock } from '../../domain/clock.ts'
import { createSchedule, createSeatLine, type LaneStore, type Seeker, type Store } from '../../store/index.ts'
import { nextSeeker } from './next-seeker.ts'
import type { Target } from './target.ts'

const seatsTask = (appId: string) => `seats:${appId}`

/** The waiting lines of one batch: who may try to enter a full app. */
export interface Seats {
  /** Whether a new tester may be tried: nobody waits, or this one is next. */
  mayEnter(target: Target): boolean
  /** Apple has just said that the app is full: nobody else is tried in this turn. */
  noteFull(appId: string): void
  /** Takes a place in the line; the first in line is tried again after a while. */
  wait(target: Target): Promise<void>
  /**
   * A turn ended: whoever entered, or failed for good, leaves the line, and a seat that is free, or was not taken by the one whose
   * turn it was, is offered to the next at once.
   */
  settle(target: Target, ending: 'done' | 'failed' | 'later'): Promise<void>
}

export interface SeatsDeps {
  store: Store
  lane: LaneStore
  teamKey: string
  clock: Clock
  checkEveryMs: number
}

export async function openSeats(deps: SeatsDeps, targets: Target[]): Promise<Seats> {
  const { store, lane, teamKey, clock } = deps
  const lineOf = (appId: string) => createSeatLine(store.redis, teamKey, appId)
  const schedule = createSchedule(store.redis, teamKey)
  const apps = [...new Set(targets.map(({ roster }) => roster.app.id))]
  const next = new Map<string, Seeker | null>()
  const words = new Set(targets.map((target) => wordOf(toSeeker(target))))
  const inHand = (seeker: Seeker) => words.has(wordOf(seeker))
  await Promise.all(apps.map(async (appId) => next.set(appId, await nextSeeker(store, teamKey, appId, inHand))))
  const full = new Set<string>()

  return {
    mayEnter(target) {
      const { app } = target.roster
      if (full.has(app.id)) return false
      const first = next.get(app.id) ?? null
      return first === null || isSame(first, target)
    },
    noteFull: (appId) => void full.add(appId),
    async wait(target) {
      const { app } = target.roster
      await lineOf(app.id).join(toSeeker(target), target.desired.at)
      await schedule.plan(seatsTask(app.id), clock.now() + deps.checkEveryMs)
    },
    async settle(target, ending) {
      const { app } = target.roster
      const offered = next.get(app.id) ?? null
      if (offered === null) return
      const wasNext = isSame(offered, target)
      const left = ending !== 'later' && (await lineOf(app.id).leave(toSeeker(target)))
      // One entered, one left, or the one whose turn it was could not: there may be room for the next.
      if (!left && !wasNext && (ending !== 'done' || target.desired.present)) return
      const first = await nextSeeker(store, teamKey, app.id)
      if (first && !isSame(first, target)) await lane.recordAgain([first])
    },
  }
}

function wordOf({ roster, member }: Seeker): string {
  return `${roster}\0${member}`
}

function toSeeker(target: Target): Seeker {
  return { roster: target.roster.id, member: target.member }
}

function isSame(seeker: Seeker, target: Target): boolean {
  return seeker.roster === target.roster.id && seeker.member === target.member
}
