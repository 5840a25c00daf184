import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createLaneStore, createStore, laneKeys, type Store } from '../../store/index.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'

type Sent = Parameters<Redis['sendCommand']>

/** Commands leave only once all before them are answered and the visit waits: what left together is one wait for the store. */
class InTurns extends Redis {
  readonly turns: string[][] = []
  readonly #held: Sent[] = []
  #underWay = 0
  #isSettling = false

  override sendCommand(...sent: Sent): unknown {
    const [command, stream] = sent
    // The client's own, as it connects.
    if (stream || this.status !== 'ready') return super.sendCommand(...sent)
    this.#held.push(sent)
    void this.#go()
    return command.promise
  }

  async #go(): Promise<void> {
    if (this.#isSettling || this.#underWay > 0 || this.#held.length === 0) return
    this.#isSettling = true
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    this.#isSettling = false
    const turn = this.#held.splice(0)
    this.turns.push(turn.map(([{ name }]) => name))
    this.#underWay += turn.length
    for (const sent of turn) {
      const answered = () => {
        this.#underWay--
        void this.#go()
      }
      sent[0].promise.then(answered, answered)
      super.sendCommand(...sent)
    }
  }
}

let rig: LaneRig
let redis: InTurns
let store: Store

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster()
  const key = await rig.store.teamKeys.find('acme')
  await rig.store.lane('acme').putStanding({}, { at: key!.updatedAt, isNew: true })
  redis = new InTurns(rig.server.url)
  await new Promise((resolve) => redis.once('ready', resolve))
  // What a process learns once, it knows then: the scripts, the key, the store's clock, the app of a roster.
  store = createStore(redis)
  await rig.join('first')
  await rig.visitBy(redis, { store })
  expect(await rig.statuses()).toEqual({ first: 'invited' })
})
afterEach(async () => {
  redis.disconnect()
  await rig[Symbol.asyncDispose]()
})

it('of an idle lane asks Apple after four waits for the store: its job is made, fetched and read in one of them', async () => {
  await rig.join('ann')
  const calls = rig.emulator.calls().length
  redis.turns.length = 0
  let before = 0
  await rig.visitBy(redis, {
    store,
    apple: {
      ...rig.apple,
      session(...given) {
        const session = rig.apple.session(...given)
        return {
          ...session,
          createTester(tester) {
            before = redis.turns.length
            return session.createTester(tester)
          },
        }
      },
    },
  })
  expect(rig.emulator.calls().length - calls).toBe(1)
  const turns = redis.turns.slice(0, before).map((names) => names.join(' '))
  // The last is the note of what is about to be written.
  expect(turns, turns.join('\n')).toHaveLength(4)
  expect(await rig.statuses()).toMatchObject({ ann: 'invited' })
})

it('misses nothing that is recorded before the job has begun', async () => {
  await rig.join('ann', { email: 'old@example.com' })
  const calls = rig.emulator.calls().length
  const queue = rig.queueOf('acme')
  let isFirst = true
  await rig.visitBy(rig.redis, {
    queue: {
      ...queue,
      async fetch(...given) {
        if (isFirst) {
          isFirst = false
          // Somebody is in by that address: there is nothing to ask for.
          await rig.update('ann', { email: 'first@example.com' })
          // Whoever makes jobs finds hers waiting, and leaves the change to it.
          await enqueueRecorded({ ...rig.deps, lane: createLaneStore(rig.redis, 'acme'), queue }, 'api', 10)
          expect(await rig.redis.zcard(laneKeys('acme').outboxInteractive)).toBe(0)
        }
        return queue.fetch(...given)
      },
    },
  })
  expect(rig.emulator.testers().map(({ email }) => email)).toEqual(['first@example.com'])
  expect(rig.emulator.calls()).toHaveLength(calls)
  expect(await rig.statuses()).toMatchObject({ ann: 'invited' })
})
