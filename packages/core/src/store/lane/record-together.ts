import { createFairLine } from '../../domain/fair-line.ts'
import type { Leisure } from '../../domain/leisure.ts'
import type { RecordOptions, RecordResult } from './record-changes.ts'

/** A batch this large gains nothing from company, and need not wait for others. */
const LARGE = 100
const MOST = 1_000
/**
 * Changes of a large batch in one step while other team keys record too: some 2 ms of the store's time, in which it serves nobody.
 * @internal
 */
export const SLICE = 100
/** Slices on their way to the store at once: one of a team key, so many of all. Whatever is small goes between them. */
const SLICES_AT_ONCE = 2
/** For so long after its last change a team key counts as one that records. */
const RECENT_MS = 1_000

type Recorder = (options: RecordOptions) => Promise<RecordResult>

interface Waiting {
  options: RecordOptions
  resolve: (result: RecordResult) => void
  reject: (error: unknown) => void
}

/**
 * Few changes each, from many requests at once: what arrives while a step of the same team key is under way goes into the
 * next one together. A request alone is recorded at once; a failure is told to everybody in the step. A large batch is one step
 * while its team key is alone, and slices, one after the other and each after the small requests under way, while others record beside it: where a slice fails, those before it
 * are kept, which is what a failure leaves open anyway.
 */
export function recordTogether(
  leisure: Pick<Leisure, 'take'> | undefined,
  record: Recorder,
  now: () => number = () => performance.now(),
): Recorder {
  const isAlone = watchLanes(now)
  const slices = createFairLine({ own: 1, all: SLICES_AT_ONCE, waiting: { own: Infinity, all: Infinity } })
  const recordLarge = async (options: RecordOptions): Promise<RecordResult> => {
    const result: RecordResult = { awake: true, now: 0, changes: [], told: [] }
    for (let from = 0; from < options.changes.length; from += SLICE) {
      const end = await slices.enter(options.teamKey, 1)
      try {
        const slice = { ...options, changes: options.changes.slice(from, from + SLICE) }
        const part = await (leisure ? leisure.take(() => record(slice)) : record(slice))
        result.awake &&= part.awake
        result.now = part.now
        result.changes.push(...part.changes)
        result.told.push(...part.told)
      } finally {
        end?.()
      }
    }
    return result
  }
  const lines = new Map<string, Waiting[]>()

  const drain = async (lane: string, line: Waiting[]) => {
    while (line.length > 0) {
      const group = takeGroup(line)
      const [first] = group
      if (!first) break
      try {
        const changes = group.flatMap(({ options }) => options.changes)
        const result = await record({ ...first.options, changes })
        let from = 0
        for (const { options, resolve } of group) {
          resolve({ ...result, changes: result.changes.slice(from, (from += options.changes.length)) })
        }
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    lines.delete(lane)
  }

  return (options) => {
    const alone = isAlone(options.teamKey)
    if (options.now !== undefined) return record(options)
    if (options.changes.length >= LARGE) return alone ? record(options) : recordLarge(options)
    return new Promise((resolve, reject) => {
      const waiting = { options, resolve, reject }
      const line = lines.get(options.teamKey)
      if (line) line.push(waiting)
      else {
        const begun = [waiting]
        lines.set(options.teamKey, begun)
        void drain(options.teamKey, begun)
      }
    })
  }
}

/** Notes that a team key records, and tells whether no other one did lately. */
function watchLanes(now: () => number): (lane: string) => boolean {
  let last = { lane: '', at: -Infinity }
  /** The newest of another team key than `last` is of. */
  let other = last
  return (lane) => {
    if (last.lane !== lane) other = last
    last = { lane, at: now() }
    return other.at < last.at - RECENT_MS
  }
}

/** From the front, as long as they fit one step, are to be remembered equally long, and are for the same rosters. */
function takeGroup(line: Waiting[]): Waiting[] {
  const { dedupMs, intoClosing, limit } = line[0]?.options ?? {}
  let size = 0
  const end = line.findIndex(({ options }) => {
    size += options.changes.length
    return size > MOST || options.dedupMs !== dedupMs || options.intoClosing !== intoClosing || options.limit !== limit
  })
  return line.splice(0, end < 0 ? line.length : end)
}
