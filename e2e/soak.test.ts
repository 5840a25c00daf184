import { expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import type { Member } from './support/api.ts'
import { createLedger, type Ledger } from './support/ledger.ts'
import { createChurn } from './support/soak/churn.ts'
import { choose, createHarms, type Harm } from './support/soak/harms.ts'
import { findLeaks, measure } from './support/soak/measure.ts'
import { findGrowth, writeReport, type Report } from './support/soak/report.ts'
import { startStack, type Stack } from './support/stack.ts'
import { supervise } from './support/supervisor.ts'

/**
 * Longer by `pnpm soak`, which also writes a report, has all faults there are, and people who come and go without end. The seed is
 * printed, and `SOAK_SEED` repeats its order of faults.
 */
const SOAK_MS = Number(process.env['SOAK_SECONDS'] ?? 45) * 1_000
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000)
const IS_SHORT = process.env['SOAK_SECONDS'] === undefined
const REPORT = process.env['SOAK_REPORT']
/** Faults for so long, then a calm in which everything settles. */
const ROUND_MS = Math.min(SOAK_MS, 120_000)
const BETWEEN_MS = 700
const PEOPLE = 400
const SETTLES_MS = 300_000
/** Whoever is tried again later than this is brought forward, as a person would; the schedule of retries goes on for a day. */
const PATIENCE_MS = 45_000

const PROMISES = {
  carriedOut: 'everybody is where the newest accepted event says, after each round',
  oneWriter: 'no two writes about one tester at once',
  schema: 'every request fits Apple’s schema',
  alive: 'no process ended by itself',
  secrets: 'no secret and no address where it does not belong',
  flat: 'memory, descriptors and Redis stay as they were',
}

it(
  'keeps every promise through deaths of all parts and faults at random',
  { timeout: 2 * SOAK_MS + 900_000 },
  async () => {
    process.stdout.write(`SOAK_SEED=${SEED}\n`)
    const random = createRandom(SEED)
    await using stack = await startStack({
      workers: 0,
      emulator: { latencyMs: 15, quota: { hourLimit: 1_000_000 } },
      env: { BLOCKED_CHECK_SECONDS: '5' },
      // Whom a hand took out comes back by a reading, and so many at once are as many as some guard would hold.
      roster: { removalGuard: { percent: 100, atLeast: PEOPLE } },
    })
    const ledger = createLedger(SEED)
    const lives = ledger.shuffle(ledger.lives(2_000))
    const next = IS_SHORT ? (count: number) => lives.splice(0, count) : createChurn(PEOPLE, random)
    const workers = Array.from({ length: 2 }, () => supervise(() => stack.startWorker()))
    const harms = createHarms(stack, workers, random).filter(({ isShort }) => isShort || !IS_SHORT)
    const done = new Map<Harm, number>()
    const promises = new Map<string, string[]>(Object.values(PROMISES).map((promise) => [promise, []]))
    const report: Report = { seed: SEED, beganAt: new Date(), rounds: [], done, promises }
    const check = (promise: string, broken: string[]) => promises.get(promise)?.push(...broken)
    try {
      const endAt = Date.now() + SOAK_MS
      while (Date.now() < endAt) {
        const begunAt = Date.now()
        const roundEndsAt = Math.min(begunAt + ROUND_MS, endAt)
        const posting = post(stack, ledger, next, () => Date.now() < roundEndsAt)
        while (Date.now() < roundEndsAt) {
          const harm = choose(harms, random)
          await harm.cause()
          done.set(harm, (done.get(harm) ?? 0) + 1)
          await timePasses(BETWEEN_MS * random())
        }
        const calmAt = Date.now()
        const events = await posting
        const unsettled = await settle(stack, ledger)
        const settledAfter = Math.round((Date.now() - calmAt) / 1_000)
        const figures = await measure(stack)
        const calls = stack.emulator.calls().length
        report.rounds.push({ seconds: Math.round((calmAt - begunAt) / 1_000), settledAfter, events, calls, figures })
        check(PROMISES.carriedOut, unsettled)
        check(PROMISES.oneWriter, ledger.overlappingWrites(stack.emulator))
        check(PROMISES.schema, stack.emulator.violations())
        stack.emulator.resetLedgers()
        if (REPORT !== undefined) writeReport(REPORT, report)
        if (unsettled.length > 0) break
      }
      check(
        PROMISES.alive,
        workers.flatMap((worker) => worker.deaths()),
      )
      check(PROMISES.secrets, await findLeaks(stack))
      check(PROMISES.flat, findGrowth(report.rounds))
      if (REPORT !== undefined) writeReport(REPORT, report)
      expect(Object.fromEntries(promises)).toEqual(Object.fromEntries([...promises.keys()].map((each) => [each, []])))
      expect([...done.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThan(5)
      expect(ledger.size()).toBeGreaterThan(20)
    } finally {
      for (const worker of workers) worker.stop()
    }
  },
)

/** Posts in a steady stream; what was not answered with 202 is posted again as it is. Tells how many events there were. */
async function post(
  stack: Stack,
  ledger: Ledger,
  next: ReturnType<typeof createChurn>,
  goesOn: () => boolean,
): Promise<number> {
  let count = 0
  while (goesOn()) {
    const events = next(8)
    await eventually(() => ledger.postOnce(stack.api, events), { timeoutMs: 120_000, everyMs: 200 })
    count += events.length
    await timePasses(150)
  }
  return count
}

/** Ends all faults, and waits until everybody is where the newest events say; what is not so in time is told. */
async function settle(stack: Stack, ledger: Ledger): Promise<string[]> {
  const { emulator, api, group } = stack
  emulator.clearFaults()
  emulator.settings({ readLagMs: 0, seatsPerApp: 10_000 })
  const begunAt = Date.now()
  let helped = begunAt
  await eventually(() => api.must('POST', '/v1/rosters/gold/reconciliations', {}, 202))
  try {
    await eventually(
      async () => {
        if (Date.now() - helped > PATIENCE_MS) {
          helped = Date.now()
          await bringForward(stack)
        }
        ledger.expectGroup(emulator, group)
        await ledger.expectAllKnown(api)
      },
      { timeoutMs: SETTLES_MS, everyMs: 1_000 },
    )
    return []
  } catch (error) {
    return [tellDifference(error)]
  }
}

/** Who is one too many, and who is missing. */
function tellDifference(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { actual, expected } = error as { actual?: unknown; expected?: unknown }
  if (!Array.isArray(actual) || !Array.isArray(expected)) return error.message
  const less = (all: unknown[], those: unknown[]) => all.filter((one) => !those.includes(one)).join(', ') || 'nobody'
  return `in the group and not wanted: ${less(actual, expected)}; wanted and not in it: ${less(expected, actual)}`
}

async function bringForward({ api }: Stack): Promise<void> {
  await api.request('POST', '/v1/rosters/gold/reconciliations', {})
  await api.request('POST', '/v1/rosters/gold/retry')
  const waiting = await api.all<Member>('/v1/rosters/gold/members?status=pending')
  for (const { id } of waiting.slice(0, 100)) await api.request('POST', `/v1/rosters/gold/members/${id}/converge`)
}

function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
