import type { Redis } from 'ioredis'
import { USAGE_PERIODS, type UsageFigures, type UsagePeriod } from '../../domain/usage.ts'
import { nullable, number, object, oneOf, readJson, text, tuple } from '../../domain/shape.ts'
import { createFencedWrite } from '../connection/fenced-writer.ts'
import { laneKeys } from '../keys.ts'
import { readHash } from './readings.ts'

/** How far a reading of usage has come. Kept page by page: whoever has the lane next goes on. */
export interface UsageReadingState {
  v: 1
  days: UsagePeriod
  startedAt: number
  /** Path and query of the next page; null: the first one. */
  next: string | null
  pages: number
  /** Rows so far, those that came twice counted twice. */
  received: number
  /** As Apple told it last. */
  total: number | null
  /** The end of the time that is counted (ms), by the latest of the rows; null where Apple did not say. */
  until: number | null
  /** Failures in a row of one page. */
  failures: number
}

/** What is kept of a reading of one roster's usage. All throw lease_lost once the lease is another's. */
export interface UsageReadings {
  find(): Promise<UsageReadingState | undefined>
  begin(token: string): Promise<void>
  /** Rows first: a page that was kept and not counted is read once more, which changes nothing. */
  keep(token: string, reading: UsageReadingState, rows: ReadonlyMap<string, UsageFigures | null>): Promise<void>
  /** Tester id → figures; null: the row had none. */
  rows(): Promise<Map<string, UsageFigures | null>>
  end(token: string): Promise<void>
}

const stateShape = object<UsageReadingState>({
  v: oneOf(1),
  days: oneOf(...USAGE_PERIODS),
  startedAt: number,
  next: nullable(text),
  pages: number,
  received: number,
  total: nullable(number),
  until: nullable(number),
  failures: number,
})

/** Sessions, crashes, feedback. */
const rowShape = tuple<[number, number, number]>(number, number, number)

const KEPT_MS = 86_400_000

/** Readings of a group's usage that go over several visits, page by page. */
export function createUsageReadings(redis: Redis, teamKey: string, roster: string): UsageReadings {
  const lane = laneKeys(teamKey)
  const { usageReading, usageRows } = lane.roster(roster)
  const drop = async (token: string) => {
    const write = createFencedWrite(redis, lane.lease, token)
    for (const key of [usageReading, usageRows]) await write(key, 'UNLINK')
  }
  return {
    async find() {
      const json = await redis.get(usageReading)
      return json === null ? undefined : readJson(stateShape, json, 'A reading of usage')
    },
    begin: drop,
    async keep(token, reading, rows) {
      const write = createFencedWrite(redis, lane.lease, token)
      const fields = [...rows].flatMap(([id, figures]) => [id, figures === null ? '' : format(figures)])
      if (fields.length > 0) {
        await write(usageRows, 'HSET', fields)
        await write(usageRows, 'PEXPIRE', [KEPT_MS])
      }
      await write(usageReading, 'SET', [JSON.stringify(reading), 'PX', KEPT_MS])
    },
    rows: async () =>
      new Map([...(await readHash(redis, usageRows))].map(([id, json]) => [id, json === '' ? null : parse(json)])),
    end: drop,
  }
}

const format = ({ sessions, crashes, feedback }: UsageFigures) => JSON.stringify([sessions, crashes, feedback])

function parse(json: string): UsageFigures {
  const [sessions, crashes, feedback] = readJson(rowShape, json, 'A row of usage')
  return { sessions, crashes, feedback }
}
