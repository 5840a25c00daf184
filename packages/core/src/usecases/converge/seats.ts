import type { Roster } from '../../domain/roster.ts'
import {
  createSeatLedger,
  freeSeats,
  withEntries,
  withRefusal,
  type AppSeats,
  type SeatLedger,
  type SeatShare,
} from '../../domain/seats.ts'
import { isAppError } from '../../errors.ts'
import type { Seeker, Store } from '../../store/index.ts'
import { countGrouped, countSeats } from '../seats/count-seats.ts'
import { nextSeekers } from '../seats/next-seekers.ts'
import { isKeptFor, LOOK_EVERY_MS, readShares, seatsTask } from '../seats/shares.ts'
import { goesOn, sessionOf, type Visit } from '../visit/visit.ts'
import type { Batch } from './load-batch.ts'
import { wantsToBeIn, type Turn } from './turn.ts'

/** The waiting lines of one batch: who may try to enter an app. */
export interface Seats {
  /** Whether a new tester may be tried: it is this one's turn, and the seat is not kept for another roster. */
  mayEnter(turn: Turn): boolean
  /** Apple has just said that the app is full: nobody else is tried in this turn. */
  noteFull(appId: string): void
  /** Takes a place in the line; the first in line is tried again after a while. */
  wait(turn: Turn): Promise<void>
  /**
   * A turn ended: whoever entered, or failed for good, leaves the line, and a seat that is free, or was not taken by the one whose
   * turn it was, is offered to the next at once.
   */
  settle(turn: Turn, ending: 'done' | 'failed' | 'later'): Promise<void>
  /** The batch is over: what was learnt of the apps is kept. */
  close(): Promise<void>
}

/** Calls of others who use the app may take seats between two counts: so far from what is kept, an old count does. */
const NEAR = 200
const FAR = 1_000
const OLD_MS = { near: 5_000, between: 15_000, far: 3_600_000 }
/** A line is let in together as far as seats were counted a moment ago. */
const FRESH_MS = 15_000
const MOST_AT_ONCE = 50

/** An app's seats as they are kept, read with the batch. */
export interface KnownSeats {
  rosters: readonly Roster[]
  kept: AppSeats
  /** Ids of the lane's rosters of which somebody waits. */
  waiting: ReadonlySet<string>
  shares: SeatShare[]
}

/** One app in a batch. */
interface Desk extends Pick<KnownSeats, 'rosters' | 'waiting'> {
  appId: string
  ledger: SeatLedger
  /** Seats are kept for some roster. */
  isKept: boolean
  /** Those of the line whose turn it is. */
  ahead: readonly Seeker[]
  granted: Set<Turn>
  entered: number
  /** One of the line went in. */
  moves: boolean
  full: boolean
}

export async function openSeats(visit: Visit, { turns, seats }: Pick<Batch, 'turns' | 'seats'>): Promise<Seats> {
  const { store, lane, clock, settings } = visit.deps
  const { teamKey } = visit
  const schedule = store.lane(teamKey).schedule
  const desks = new Map(
    await Promise.all(
      [...seats].map(async ([appId, known]) => [appId, await openDesk(visit, appId, turns, known)] as const),
    ),
  )
  const deskOf = ({ roster }: Turn) => desks.get(roster.app.id)
  const lineOf = ({ roster }: Turn) => store.lane(teamKey).roster(roster.id).seatLine
  const offerNext = async ({ rosters, ledger }: Pick<Desk, 'rosters' | 'ledger'>, limit: number, except?: Turn) => {
    const next = await nextSeekers(store, { rosters, teamKey, ledger, limit })
    const others = next.filter((seeker) => !except || !isSame(seeker, except))
    if (others.length > 0) await lane.recordAgain(others)
  }

  return {
    mayEnter(turn) {
      const desk = deskOf(turn)
      if (!desk) return true
      if (desk.full) return false
      if (desk.granted.has(turn)) return true
      const isAhead = desk.ahead.some((seeker) => isSame(seeker, turn))
      if (desk.ahead.length > 0 && !isAhead) return false
      const room = desk.ledger.room(turn.roster.id)
      // Where seats are counted, nobody goes in past others of the roster.
      if (room < 1 || (room < Infinity && !isAhead && desk.waiting.has(turn.roster.id))) return false
      desk.ledger.take(turn.roster.id)
      desk.granted.add(turn)
      return true
    },
    noteFull(appId) {
      const desk = desks.get(appId)
      if (desk) desk.full = true
    },
    async wait(turn) {
      await lineOf(turn).join(turn.member, turn.desired.at)
      await schedule.plan(seatsTask(turn.roster.app.id), clock.now() + Math.min(settings.blockedCheckMs, LOOK_EVERY_MS))
    },
    async settle(turn, ending) {
      const desk = deskOf(turn)
      if (!desk) return
      if (desk.granted.has(turn) && hasEntered(turn)) desk.entered++
      if (desk.waiting.size === 0) return
      const wasAhead = desk.ahead.some((seeker) => isSame(seeker, turn))
      const left = ending !== 'later' && (await lineOf(turn).leave(turn.member))
      const isFreed = ending === 'done' && !wantsToBeIn(turn)
      // One entered, one left, or the one whose turn it was could not: there may be room for the next.
      if (!left && !wasAhead && !isFreed) return
      desk.moves ||= left && ending === 'done'
      // A seat that became free shows in a count alone.
      if (desk.isKept && isFreed) await schedule.plan(seatsTask(desk.appId), clock.now())
      await offerNext(desk, 1, turn)
    },
    async close() {
      for (const desk of desks.values()) {
        try {
          await keepLearnt(visit, desk)
          if (!desk.moves || desk.full || !goesOn(visit)) continue
          // The line has begun to move: how far is counted, so that the others need not go in one after the other.
          const free = await countFree(visit, desk)
          if (free < 2) continue
          const ledger = createSeatLedger(free, await readShares(store, desk.rosters))
          await offerNext({ rosters: desk.rosters, ledger }, Math.min(free, MOST_AT_ONCE))
        } catch (error) {
          // Who waits is tried again in any case.
          if (!isAppError(error)) throw error
        }
      }
    },
  }
}

/** What is known of an app's seats. Of the lane's own rosters alone it is told whether somebody waits. */
export async function readSeats(
  store: Store,
  teamKey: string,
  appId: string,
  neighbours: readonly Roster[],
): Promise<KnownSeats> {
  const rosters = neighbours.filter(({ app }) => app.id === appId)
  const ours = rosters.filter((roster) => roster.teamKey === teamKey)
  const [kept, lengths, shares] = await Promise.all([
    store.lane(teamKey).seats(appId).read(),
    Promise.all(ours.map(({ id }) => store.lane(teamKey).roster(id).seatLine.count())),
    readShares(store, rosters),
  ])
  return { rosters, kept, shares, waiting: new Set(ours.filter((_, at) => (lengths[at] ?? 0) > 0).map(({ id }) => id)) }
}

async function openDesk(
  visit: Visit,
  appId: string,
  turns: readonly Turn[],
  { rosters, kept, waiting, shares }: KnownSeats,
): Promise<Desk> {
  const { store, clock } = visit.deps
  const { teamKey } = visit
  const isKept = rosters.some(isKeptFor)
  // Behind others of the roster nobody goes in, so nothing has to be counted for them.
  const seekers = turns.filter(
    (turn) => turn.roster.app.id === appId && wantsSeat(turn) && (isInLine(turn) || !waiting.has(turn.roster.id)),
  )
  let seats = kept
  const room = () => {
    const ledger = createSeatLedger(freeSeats(seats, clock.now()), shares)
    return Math.min(Infinity, ...seekers.map(({ roster }) => ledger.room(roster.id)))
  }
  if (isKept && seekers.length > 0 && isOld(seats, room() - seekers.length, clock.now())) {
    const session = sessionOf(visit)
    seats = await countSeats({ store, clock, session }, { teamKey, appId }, { free: true }).catch((error: unknown) => {
      if (!isAppError(error)) throw error
      // Not known: nothing is taken that may be kept for others.
      return { ...kept, used: kept.limit, grouped: null }
    })
  }
  const now = clock.now()
  const free = freeSeats(seats, now)
  const ledger = createSeatLedger(free, shares)
  const limit = isFresh(seats, now) && free !== null ? Math.min(MOST_AT_ONCE, Math.max(1, free)) : 1
  const words = new Set(turns.map((turn) => wordOf({ roster: turn.roster.id, member: turn.member })))
  const inHand = (seeker: Seeker) => words.has(wordOf(seeker))
  const ahead = waiting.size === 0 ? [] : await nextSeekers(store, { rosters, teamKey, ledger, limit, inHand })
  return {
    appId,
    rosters,
    ledger,
    isKept,
    waiting,
    ahead,
    granted: new Set(),
    entered: 0,
    moves: false,
    full: false,
  }
}

function isFresh({ countedAt }: AppSeats, now: number): boolean {
  return countedAt !== null && now - countedAt <= FRESH_MS
}

/** `slack`: how many more could go in than want to; Infinity: nothing is kept from them. */
function isOld({ used, countedAt }: AppSeats, slack: number, now: number): boolean {
  if (slack === Infinity && used !== null) return false
  const age = slack <= NEAR ? OLD_MS.near : slack <= FAR ? OLD_MS.between : OLD_MS.far
  return used === null || countedAt === null || now - countedAt >= age
}

/** Those who went in count at once; once Apple has found the app full, how many it has is the limit. */
async function keepLearnt(visit: Visit, desk: Desk): Promise<void> {
  if (desk.entered === 0 && !desk.full) return
  const { store, clock } = visit.deps
  const kept = store.lane(visit.teamKey).seats(desk.appId)
  const before = await kept.read()
  const entered = desk.entered === 0 ? before : withEntries(before, desk.entered, clock.now())
  if (!desk.full) return kept.write(before, entered)
  await kept.write(before, { ...entered, fullAt: clock.now() })
  // Known already.
  if ((before.fullAt !== null && freeSeats(entered, clock.now()) === 0) || !goesOn(visit)) return
  const session = sessionOf(visit)
  const used = await session.countAppTesters(desk.appId)
  const grouped = desk.isKept ? await countGrouped(session, desk.appId) : null
  const now = await kept.read()
  await kept.write(now, withRefusal(now, used, grouped, clock.now()))
}

async function countFree(visit: Visit, { appId }: Desk): Promise<number> {
  const { store, clock } = visit.deps
  const { teamKey } = visit
  const kept = await store.lane(teamKey).seats(appId).read()
  const asked = { store, clock, session: sessionOf(visit) }
  const counted = isFresh(kept, clock.now()) ? kept : await countSeats(asked, { teamKey, appId })
  return freeSeats(counted, clock.now()) ?? 0
}

/** Might have to be put in, in this turn. */
function wantsSeat(turn: Turn): boolean {
  const { desired, observed } = turn
  return wantsToBeIn(turn) && desired.email !== null && !observed.confirmed
}

/** Was offered a seat, most likely: nothing but one is lacking. */
function isInLine({ observed }: Turn): boolean {
  return observed.problem?.code === 'seats_full'
}

/** In the group, or perhaps so: a write without an answer may have been carried out. */
function hasEntered({ desired, observed }: Turn): boolean {
  return desired.present && (observed.confirmed || observed.writing !== null)
}

function wordOf({ roster, member }: Seeker): string {
  return `${roster}\0${member}`
}

function isSame(seeker: Seeker, turn: Turn): boolean {
  return seeker.roster === turn.roster.id && seeker.member === turn.member
}
