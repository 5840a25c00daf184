import type { Clock } from '@flightroster/core/domain'
import { createLaneQueue, type LaneQueue } from '@flightroster/core/queues'
import {
  queueName,
  queuePrefix,
  type Budget,
  type BudgetSettings,
  type LaneStore,
  type Store,
  type Connection,
} from '@flightroster/core/store'
import { JOB_LOCK_MS, MAX_STALLS } from '@flightroster/core/usecases/lanes'

/** A lane that a visit works with. */
export interface OpenLane {
  store: LaneStore
  queue: LaneQueue
  budget: Budget
}

/** Open lanes, the least recently visited closed first: 20,000 lanes need not be held in memory. */
export interface OpenLanes {
  /** Runs `work` with the lane open; it is not closed meanwhile. */
  use<T>(teamKey: string, work: (lane: OpenLane) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface Entry {
  lane: OpenLane
  users: number
}

/** Whose counts may have changed is noted for the history of rosters. */
function openLaneStore(store: Store, teamKey: string): LaneStore {
  const lane = store.lane(teamKey)
  return {
    ...lane,
    async recordOutcome(token, outcome) {
      try {
        return await lane.recordOutcome(token, outcome)
      } finally {
        store.noteChanged(teamKey, outcome.roster.id)
      }
    },
  }
}

/** Keeps so many lanes open (`keep`, 200 unless said otherwise); those in use stay. */
export function createOpenLanes(deps: {
  store: Store
  connection: Connection
  clock: Clock
  budget: BudgetSettings
  keep?: number
}): OpenLanes {
  const { store, connection, clock, keep = 200 } = deps
  const entries = new Map<string, Entry>()

  const open = (teamKey: string): OpenLane => ({
    store: openLaneStore(store, teamKey),
    queue: createLaneQueue(
      connection,
      { prefix: queuePrefix(teamKey), name: queueName(teamKey) },
      { lockMs: JOB_LOCK_MS, maxStalls: MAX_STALLS, clock },
    ),
    budget: store.lane(teamKey).budget(deps.budget),
  })
  const evict = async () => {
    for (const [teamKey, entry] of entries) {
      if (entries.size <= keep) return
      if (entry.users > 0) continue
      entries.delete(teamKey)
      await entry.lane.queue.close()
    }
  }

  return {
    async use(teamKey, work) {
      const entry = entries.get(teamKey) ?? { lane: open(teamKey), users: 0 }
      entry.users++
      // Last in the map's order: most recently used.
      entries.delete(teamKey)
      entries.set(teamKey, entry)
      try {
        return await work(entry.lane)
      } finally {
        entry.users--
        await evict()
      }
    },
    async close() {
      await Promise.all([...entries.values()].map(({ lane }) => lane.queue.close()))
      entries.clear()
    },
  }
}
