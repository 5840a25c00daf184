import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { MoverStore, Store } from '../../store/index.ts'
import { assertSettled } from '../assert-settled.ts'
import { carryDeletionOn } from './delete-roster.ts'

export interface MoveDeps {
  store: Store
  clock: Clock
  log: Log
  toRef: ToRef
}

const LEASE_MS = 20_000
const RENEW_EVERY_MS = 5_000
const PATIENCE_MS = 20_000
const ASK_AGAIN_MS = 50
/** Of a mover that died while it waited. */
const PROMISE_MS = 1_000
/** A move whose mover gave no sign for so long is finished by whoever looks. */
const ABANDONED_MS = 30_000
const ALL_EVERY_MS = 3_600_000

/**
 * Moves a roster's data and backlog into the lane of another team key, while nobody works in the former lane and nothing is
 * recorded. Every step may be repeated: if the mover dies, another process finishes the move. One that only was slow, and has lost the
 * lease meanwhile, writes nothing more. Throws conflict where the lane stays busy, lease_lost, team_key_not_found.
 */
export async function moveRoster(deps: MoveDeps, roster: Roster, to: string): Promise<void> {
  const { store, clock, log } = deps
  const from = roster.moving?.from ?? roster.teamKey
  const lease = await holdLane(deps, from)
  try {
    const { token } = lease
    const move = { roster: roster.id, createdAt: roster.createdAt, appId: roster.app.id, from, to, token }
    const mover = store.mover(move)
    await store.begunRosters.note(roster.id)
    const marked = await store.rosters.update(roster.id, (current) => {
      // Moved on since it was read: what we know of it is of no use.
      if (current.teamKey !== roster.teamKey || current.moves !== roster.moves) throw new AppError('lease_lost')
      if (!current.moving) assertSettled(current)
      return { ...current, moving: { from, to, since: clock.now(), token } }
    })
    if (!marked) return
    if (marked.teamKey !== to && !(await store.teamKeys.find(to))) {
      await store.rosters.update(roster.id, ({ moving, ...current }) =>
        moving && moving.token !== token ? { ...current, moving } : current,
      )
      throw new AppError('team_key_not_found')
    }
    const update = (change: (current: Roster) => Roster) =>
      store.rosters.update(roster.id, (current) => {
        if (current.moving?.token !== token) throw new AppError('lease_lost')
        return change(current)
      })
    await mover.begin()
    await lease.assertHeld()
    await mover.leave()
    if (marked.teamKey !== to) {
      await mover.copy()
      await mover.enter()
      await update((current) => ({ ...current, teamKey: to }))
    }
    await mover.moveBacklog()
    await recordOpen(deps, mover, roster.id, to)
    await mover.drop()
    await mover.end()
    await update(({ moving: _moved, ...current }) => ({ ...current, moves: (current.moves ?? 0) + 1 }))
    await store.begunRosters.forget(roster.id)
    log.info({ event: 'roster.moved', roster: roster.id, from, to }, 'roster.moved')
  } finally {
    await lease.release()
  }
  await store.noteRecorded(to, { awake: false })
}

/** Whoever is not converged has work to do, whatever became of it in the former lane while a move lay dead. */
async function recordOpen(
  { store, toRef }: MoveDeps,
  mover: MoverStore,
  roster: string,
  teamKey: string,
): Promise<void> {
  const lane = store.lane(teamKey)
  const members = store.members(teamKey, roster)
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    const open = page.records
      .filter(({ desired, observed, status }) => desired.version !== (observed?.converged ?? 0) && status !== 'failed')
      .map(({ id }) => ({ id, ref: toRef(roster, id) }))
    const urgencies = await mover.urgencies(open)
    for (const urgency of ['interactive', 'bulk'] as const) {
      const those = open.filter((_, at) => urgencies[at] === urgency)
      await lane.recordAgain(
        those.map(({ id }) => ({ roster, member: id })),
        urgency,
      )
    }
    await mover.forgetSleeping(open)
  } while (cursor !== '0')
}

/** Finishes moves and deletions whose process died. */
export async function resumeBegun(deps: MoveDeps): Promise<void> {
  const { store, clock } = deps
  const now = clock.now()
  // Moves that a release before began are in no register: all rosters are looked at by one process, once in a long while.
  const all = (await store.takeTask('moves', ALL_EVERY_MS)) ? await store.rosters.list() : []
  const unnoted = all.filter(({ moving }) => moving).map(({ id }) => id)
  // Noted first: where this attempt comes to nothing, the next look finds it.
  const register = store.begunRosters
  await register.note(...unnoted)
  const ids = await register.all()
  const noted = await store.rosters.findMany(ids)
  for (const id of ids) if (!noted.has(id)) await register.forget(id)
  for (const roster of noted.values()) {
    if (roster.deleting && !roster.moving) await carryDeletionOn(deps, roster)
    if (!roster.moving || now - roster.moving.since < ABANDONED_MS) continue
    await moveRoster(deps, roster, roster.moving.to).catch((error: unknown) => {
      // Another process is at it.
      if (!isAppError(error, 'lease_lost', 'conflict')) throw error
    })
  }
}

interface HeldLane {
  token: string
  assertHeld(): Promise<void>
  release(): Promise<void>
}

/** Keeps workers out of a lane, as one of them would keep the others out. */
async function holdLane({ store, clock }: MoveDeps, teamKey: string): Promise<HeldLane> {
  const token = randomUUID()
  const lane = store.lane(teamKey)
  const patienceEnds = clock.monotonic() + PATIENCE_MS
  while (!(await lane.hold(token, LEASE_MS, PROMISE_MS))) {
    if (clock.monotonic() > patienceEnds) {
      throw new AppError('conflict', {
        message: `The lane of the team key "${teamKey}" is busy; send the request again in a moment.`,
        retryAfterMs: 5_000,
      })
    }
    await sleep(ASK_AGAIN_MS)
  }
  const renewal = setInterval(() => void lane.renew(token, LEASE_MS).catch(() => {}), RENEW_EVERY_MS)
  return {
    token,
    async assertHeld() {
      if (!(await lane.renew(token, LEASE_MS))) throw new AppError('lease_lost')
    },
    async release() {
      clearInterval(renewal)
      await lane.close(token)
      // Whoever recorded meanwhile took the lease for a worker's.
      await store.ready.ring(teamKey)
    },
  }
}

/** While a whole list of the roster is being recorded, it stays where it is. */
export async function withoutLists<T>({ store }: MoveDeps, roster: Roster, work: () => Promise<T>): Promise<T> {
  const reconciliations = store.lane(roster.teamKey).reconciliations
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
