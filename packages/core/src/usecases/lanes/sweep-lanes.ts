import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import { inChunks } from '../lists.ts'
import { laneHash, type Store } from '../../store/index.ts'

export interface SweepDeps {
  store: Store
  clock: Clock
  log: Log
}

/** Lanes are swept in so many parts, each by whichever worker takes it. */
const PARTS = 16
/** Each part is swept once in this time, by one worker of them all; one that dies with its part costs as much again. */
const EVERY_MS = 14_000
/** Lanes asked about at once. */
const PAGE = 250

/**
 * The guarantee behind the ready index, which is a hint: every lane with something to do that nobody is doing is rung, whatever the
 * index says of it. Covers an API that died between recording and ringing, and an index that was lost. All workers call it, and
 * share the lanes. Returns how many were rung.
 */
export async function sweepLanes({ store, clock, log }: SweepDeps): Promise<number> {
  const parts = await takeParts(store)
  if (parts.size === 0) return 0
  const lanes = (await store.laneIds()).filter((lane) => parts.has(laneHash(lane) % PARTS))
  let rung = 0
  for (const page of inChunks(lanes, PAGE)) {
    const due = await store.lanesToVisit(page, clock.now())
    await Promise.all(due.map((lane) => store.ready.ring(lane)))
    rung += due.length
  }
  if (rung > 0) log.info({ event: 'lanes.swept', rung }, 'lanes.swept')
  return rung
}

/** Beginning with another part each time, so that workers which sweep at once share. */
async function takeParts(store: Store): Promise<Set<number>> {
  const first = Math.floor(Math.random() * PARTS)
  const parts = new Set<number>()
  for (let step = 0; step < PARTS; step++) {
    const part = (first + step) % PARTS
    if (await store.takeTask(`sweep:${part}`, EVERY_MS)) parts.add(part)
  }
  return parts
}
