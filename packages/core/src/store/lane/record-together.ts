import type { RecordOptions, RecordResult } from './record-changes.ts'

/** A batch this large gains nothing from company, and need not wait for others. */
const LARGE = 100
const MOST = 1_000

type Recorder = (options: RecordOptions) => Promise<RecordResult>

interface Waiting {
  options: RecordOptions
  resolve: (result: RecordResult) => void
  reject: (error: unknown) => void
}

/**
 * Few changes each, from many requests at once: what arrives while a step of the same team key is under way goes into the
 * next one together. A request alone is recorded at once; a failure is told to everybody in the step.
 */
export function recordTogether(record: Recorder): Recorder {
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
    if (options.changes.length >= LARGE || options.now !== undefined) return record(options)
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
