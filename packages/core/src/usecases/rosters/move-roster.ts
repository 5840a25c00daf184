import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import {
  copyRoster,
  createLaneStore,
  createReconciliations,
  dropMoved,
  enterLane,
  laneKeys,
  leaveLane,
  moveBacklog,
  moveBuilds,
  type Store,
} from '../../store/index.ts'

export interface MoveDeps {
  store: Store
  clock: Clock
  log: Log
}

const LEASE_MS = 20_000
const RENEW_EVERY_MS = 5_000
const PATIENCE_MS = 20_000
const ASK_AGAIN_MS = 250
/** A move whose mover gave no sign for so long is gone on with by whoever looks. */
const ABANDONED_MS = 30_000

/**
 * Moves a roster's data and backlog into the lane of another team key, while nobody works in the former lane and nothing is
 * recorded. Every step may be repeated: a move that died is gone on with. Throws conflict where the lane stays busy.
 */
export async function moveRoster(deps: MoveDeps, roster: Roster, to: string): Promise<void> {
  const { store, clock, log } = deps
  const from = roster.moving?.from ?? roster.teamKey
  const lease = await holdLane(deps, from)
  try {
    const since = clock.now()
    const marked = await store.rosters.update(roster.id, (current) => ({ ...current, moving: { from, to, since } }))
    if (!marked) return
    const move = { roster: roster.id, appId: roster.app.id, from, to }
    await leaveLane(store.redis, from, roster.id)
    if (marked.teamKey !== to) {
      await copyRoster(store.redis, move)
      await moveBuilds(store.redis, roster.id, from, to)
      await enterLane(store.redis, to, roster.id)
      await store.rosters.update(roster.id, (current) => ({ ...current, teamKey: to }))
    }
    await moveBacklog(store.redis, move)
    await recordOpen(deps, roster.id, to)
    await dropMoved(store.redis, move)
    await store.rosters.update(roster.id, ({ moving: _moved, ...current }) => current)
    log.info({ event: 'roster.moved', roster: roster.id, from, to }, 'roster.moved')
  } finally {
    await lease.release()
  }
  await store.ready.ring(to)
}

/** Whoever is not converged has work to do, whatever became of it in the former lane while a move lay dead. */
async function recordOpen({ store, clock }: MoveDeps, roster: string, teamKey: string): Promise<void> {
  const lane = createLaneStore(store.redis, teamKey)
  const members = store.members(teamKey, roster)
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    const open = page.records.filter(({ desired, observed }) => desired.version !== (observed?.converged ?? 0))
    await lane.recordAgain(
      open.map(({ id }) => ({ roster, member: id })),
      clock.now(),
      'bulk',
    )
  } while (cursor !== '0')
}

/** Goes on with moves whose mover died. */
export async function resumeMoves(deps: MoveDeps): Promise<void> {
  const now = deps.clock.now()
  for (const roster of await deps.store.rosters.list()) {
    if (!roster.moving || now - roster.moving.since < ABANDONED_MS) continue
    await moveRoster(deps, roster, roster.moving.to)
  }
}

/** Keeps workers out of a lane, as one of them would keep the others out. */
async function holdLane({ store }: MoveDeps, teamKey: string): Promise<{ release(): Promise<void> }> {
  const token = randomUUID()
  const lane = createLaneStore(store.redis, teamKey)
  const patienceEnds = performance.now() + PATIENCE_MS
  while ((await store.redis.set(laneKeys(teamKey).lease, token, 'PX', LEASE_MS, 'NX')) !== 'OK') {
    if (performance.now() > patienceEnds) {
      throw new AppError('conflict', {
        message: `The lane of the team key "${teamKey}" is busy; send the request again in a moment.`,
        retryAfterMs: 5_000,
      })
    }
    await sleep(ASK_AGAIN_MS)
  }
  const renewal = setInterval(() => void lane.renew(token, LEASE_MS).catch(() => {}), RENEW_EVERY_MS)
  return {
    async release() {
      clearInterval(renewal)
      // Whether the visit before left jobs in hand is the next visit's to find out.
      await lane.close(token, false)
      // Whoever recorded meanwhile took the lease for a worker's.
      await store.ready.ring(teamKey)
    },
  }
}

/** While a whole list of the roster is being recorded, it stays where it is. */
export async function withoutLists<T>({ store }: MoveDeps, roster: Roster, work: () => Promise<T>): Promise<T> {
  const reconciliations = createReconciliations(store.redis, roster.teamKey)
  const token = randomUUID()
  if (!(await reconciliations.begin(roster.id, token))) {
    throw new AppError('conflict', {
      message: `A list of roster "${roster.id}" is being recorded.`,
      retryAfterMs: 2_000,
    })
  }
  try {
    return await work()
  } finally {
    await reconciliations.end(roster.id, token)
  }
}
