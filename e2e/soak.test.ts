import { expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultRule } from '@flightroster/emulator'
import { eventually } from '@flightroster/core/testing'
import { createLedger, type Ledger, type MembershipEvent } from './support/ledger.ts'
import { startStack, type Stack } from './support/stack.ts'
import { supervise, type Supervisor } from './support/supervisor.ts'

/** Longer by `SOAK_SECONDS`; the seed is printed, and `SOAK_SEED` repeats its order of faults. */
const SOAK_MS = Number(process.env['SOAK_SECONDS'] ?? 45) * 1_000
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000)
const BETWEEN_MS = 700

const APPLE_FAULTS: FaultRule[] = [
  { kind: 'status', status: 500, when: 'after', match: { probability: 0.5 } },
  { kind: 'status', status: 503 },
  { kind: 'html' },
  { kind: 'drop' },
  { kind: 'drop', when: 'after' },
  { kind: 'truncated' },
  { kind: 'wrong-shape' },
  { kind: 'reset-mid' },
  { kind: 'status', status: 401, match: { probability: 0.3 } },
  { kind: 'status', status: 429, match: { probability: 0.3 } },
  { kind: 'status', status: 409, match: { method: 'POST', probability: 0.5 } },
  { kind: 'delay', delayMs: 2_000, match: { probability: 0.2 } },
]

it(
  'keeps every promise through deaths of all parts and faults of Apple at random',
  { timeout: SOAK_MS + 600_000 },
  async () => {
    process.stdout.write(`SOAK_SEED=${SEED}\n`)
    const random = createRandom(SEED)
    await using stack = await startStack({
      workers: 0,
      emulator: { latencyMs: 15, quota: { hourLimit: 1_000_000 } },
      env: { BLOCKED_CHECK_SECONDS: '5' },
    })
    const ledger = createLedger(SEED)
    const workers = Array.from({ length: 2 }, () => supervise(() => stack.startWorker()))
    let faults = 0
    try {
      const endAt = Date.now() + SOAK_MS
      const posting = postLives(stack, ledger, () => Date.now() < endAt)
      while (Date.now() < endAt) {
        await harm(stack, workers, random)
        faults++
        await sleep(BETWEEN_MS * random())
      }
      stack.emulator.clearFaults()
      stack.emulator.settings({ readLagMs: 0 })
      await posting
      await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { timeoutMs: 300_000, everyMs: 1_000 })
      await eventually(() => ledger.expectAllKnown(stack.api), { timeoutMs: 60_000, everyMs: 1_000 })
      expect(faults).toBeGreaterThan(5)
      expect(ledger.size()).toBeGreaterThan(20)
      expect(ledger.overlappingWrites(stack.emulator)).toEqual([])
      expect(stack.emulator.violations()).toEqual([])
      expect(workers.flatMap((worker) => worker.deaths())).toEqual([])
    } finally {
      for (const worker of workers) worker.stop()
    }
  },
)

/** Members with lives of their own; what was not answered with 202 is posted again as it is. */
async function postLives(stack: Stack, ledger: Ledger, goesOn: () => boolean): Promise<void> {
  const events: MembershipEvent[] = ledger.shuffle(ledger.lives(2_000))
  while (goesOn()) {
    await postUntilTaken(stack, ledger, events.splice(0, 12))
    await sleep(150)
  }
}

async function postUntilTaken(stack: Stack, ledger: Ledger, events: MembershipEvent[]): Promise<void> {
  await eventually(() => ledger.post(stack.api, events), { timeoutMs: 60_000, everyMs: 200 })
}

async function harm(stack: Stack, workers: Supervisor[], random: () => number): Promise<void> {
  const worker = workers[Math.floor(random() * workers.length)]
  const dice = random()
  if (dice < 0.12) return worker?.end('SIGKILL')
  if (dice < 0.18) return worker?.end('SIGTERM')
  if (dice < 0.25) {
    await stack.killApi()
    return stack.startApi()
  }
  if (dice < 0.31) {
    await stack.redis.kill()
    await sleep(500 * random())
    return stack.redis.restart()
  }
  if (dice < 0.4) {
    stack.redis.freeze()
    await sleep(random() < 0.2 ? 18_000 : 3_000 * random())
    return stack.redis.thaw()
  }
  if (dice < 0.45) return stack.emulator.settings({ readLagMs: Math.round(random() * 4_000) })
  const fault = APPLE_FAULTS[Math.floor(random() * APPLE_FAULTS.length)]
  if (fault) stack.emulator.failNext({ forMs: 500 + Math.round(random() * 4_000), ...fault })
}

function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
