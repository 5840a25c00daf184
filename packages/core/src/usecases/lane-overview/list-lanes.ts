import type { Clock } from '../../domain/clock.ts'
import type { LaneOverview, Store } from '../../store/index.ts'

/** In the order in which lanes are listed: what needs a person first. */
export const LANE_STATES = ['blocked', 'failing', 'paused', 'busy', 'idle'] as const
/** What a lane is doing, as the list filters it. */
export type LaneState = (typeof LANE_STATES)[number]

/** A lane of the list, with what it is doing. */
export interface ListedLane extends LaneOverview {
  state: LaneState
}

/** All lanes, kept for a few seconds: there may be thousands, and many people may look. */
export interface LaneList {
  /** Every lane: blocked, failing, paused, then busy ones by what waits, then idle ones by id. Read anew after a few seconds. */
  all(): Promise<readonly ListedLane[]>
  /** The next call reads anew: something was just changed. */
  forget(): void
}

/** Readers within this time share one reading: a page of thousands of lanes costs the store the same for one or fifty people. */
const FRESH_MS = 3_000
/** With ten thousand lanes a reading takes seconds of a full machine: it is good for ten times as long, so that it takes a tenth of the time at most. */
const FRESH_TIMES = 10

/** The list of lanes of one process. */
export function createLaneList(deps: { store: Pick<Store, 'laneIds' | 'laneOverviews'>; clock: Clock }): LaneList {
  let reading: { freshUntil: number; lanes: Promise<readonly ListedLane[]> } | undefined
  const noteEnd = async (mine: NonNullable<typeof reading>, begun: number) => {
    try {
      await mine.lanes
      const took = deps.clock.monotonic() - begun
      mine.freshUntil = begun + took + Math.max(FRESH_MS, FRESH_TIMES * took)
    } catch {
      // Whoever asked is told; the next one begins anew.
      if (reading === mine) reading = undefined
    }
  }
  return {
    all() {
      const begun = deps.clock.monotonic()
      if (reading && begun <= reading.freshUntil) return reading.lanes
      const lanes = readAll(deps.store)
      // Whoever comes while it is under way waits for it, and begins none beside it.
      const mine = { freshUntil: Number.POSITIVE_INFINITY, lanes }
      reading = mine
      void noteEnd(mine, begun)
      return lanes
    },
    forget: () => void (reading = undefined),
  }
}

async function readAll(store: Pick<Store, 'laneIds' | 'laneOverviews'>): Promise<readonly ListedLane[]> {
  const lanes = await store.laneOverviews(await store.laneIds())
  return lanes.map((lane) => ({ ...lane, state: stateOf(lane) })).sort(byUrgency)
}

function stateOf(
  lane: Pick<LaneOverview, 'blocked' | 'problem' | 'failed' | 'paused' | 'waiting' | 'active' | 'delayed'>,
): LaneState {
  if (lane.blocked) return 'blocked'
  // A key that did not pass its last check stops the lane as soon as there is work.
  if (lane.failed > 0 || lane.problem) return 'failing'
  if (lane.paused) return 'paused'
  return openWork(lane) > 0 ? 'busy' : 'idle'
}

/** Jobs and changes that are not done yet. */
export function openWork({ waiting, active, delayed }: Pick<LaneOverview, 'waiting' | 'active' | 'delayed'>): number {
  return waiting + active + delayed
}

function byUrgency(a: ListedLane, b: ListedLane): number {
  const rank = LANE_STATES.indexOf(a.state) - LANE_STATES.indexOf(b.state)
  if (rank !== 0) return rank
  const work = openWork(b) - openWork(a)
  return work === 0 ? (a.teamKey < b.teamKey ? -1 : 1) : work
}

export interface LaneFilter {
  state?: LaneState | undefined
  /** Part of a team key id, without case. */
  q?: string | undefined
}

/** Lanes in this state, with `q` in their id; whatever is absent filters nothing. */
export function filterLanes(lanes: readonly ListedLane[], { state, q }: LaneFilter): ListedLane[] {
  const part = q?.toLowerCase() ?? ''
  return lanes.filter(
    (lane) => (state === undefined || lane.state === state) && lane.teamKey.toLowerCase().includes(part),
  )
}
