import { describe, expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import { createLedger, type Ledger } from './support/ledger.ts'
import { startReplicaSet, type ReplicaSet } from './support/replica-set.ts'
import { startStack, type Stack } from './support/stack.ts'

/** What is promised of the time after the promotion. */
const BACK = { timeoutMs: 30_000, everyMs: 250 }
const WAIT = { timeoutMs: 120_000, everyMs: 500 }

/** No more than the workers can deal with in the time of the test. */
const PACE_MS = 20

interface Burst {
  /** Resolves once so many further posts were answered or refused. */
  goesOn(posts: number): Promise<void>
  stop(): Promise<void>
}

/** Posts one small batch after the other; what is not answered with 202 is not in the ledger. */
function startBurst(stack: Stack, ledger: Ledger): Burst {
  let going = true
  let posts = 0
  const posting = (async () => {
    for (; going; posts++) {
      await ledger.postOnce(stack.api, ledger.joins(2, `burst-${posts}`)).catch(() => {})
      await timePasses(PACE_MS)
    }
  })()
  return {
    async goesOn(more) {
      const until = posts + more
      await eventually(() => expect(posts).toBeGreaterThanOrEqual(until), WAIT)
    },
    async stop() {
      going = false
      await posting
    },
  }
}

type Failure = (set: ReplicaSet, burst: Burst) => Promise<void>

const isKilled: Failure = (set) => set.primary.kill()

const isKilledWithReplicasBehind: Failure = async (set, burst) => {
  await set.cutReplicas()
  await burst.goesOn(2)
  await set.primary.kill()
  set.giveReplicasBack()
}

/** As a machine that is cut off: nothing says that the connections are dead. */
const fallsSilent: Failure = async (set) => set.primary.freeze()

describe('a primary that fails in the middle of a burst, with REDIS_WAIT_REPLICAS=1', () => {
  it.each([
    ['is killed', isKilled],
    ['is killed while its replicas are behind', isKilledWithReplicasBehind],
    ['falls silent', fallsSilent],
  ])('loses nothing that was answered with 202 when it %s, and all go on with the promoted one', async (_, fail) => {
    await using set = await startReplicaSet()
    await using stack = await startStack({
      redis: set.primary,
      env: { REDIS_URL: set.url, REDIS_WAIT_REPLICAS: '1' },
    })
    const ledger = createLedger()
    const burst = startBurst(stack, ledger)
    await eventually(() => expect(stack.emulator.groupMembers(stack.group).length).toBeGreaterThan(20), WAIT)
    await fail(set, burst)
    await eventually(async () => expect(await set.primaryPort()).not.toBe(set.primary.port), WAIT)
    await eventually(() => ledger.postOnce(stack.api, ledger.joins(1, 'after')), BACK)
    await eventually(() => expect(stack.emulator.groupMembers(stack.group)).toContain('after-0@example.com'), BACK)
    await burst.stop()
    await eventually(() => ledger.expectAllIn(stack.emulator, stack.group), WAIT)
    await ledger.expectAllKnown(stack.api)
    expect(stack.emulator.violations()).toEqual([])
  })
})
