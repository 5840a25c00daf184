import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLaneStore, createStore, laneKeys, queueName, queuePrefix } from '../../store/index.ts'
import { enqueueRecorded } from '../lanes/enqueue-recorded.ts'
import { lawTask } from '../schedule/tasks.ts'
import { requestForMany, requestForMember, retryFailed } from './index.ts'

let rig: LaneRig
let roster: Roster
beforeEach(async () => {
  rig = await startLaneRig()
  roster = await rig.addRoster()
})
afterEach(() => rig[Symbol.asyncDispose]())

const depsOf = (redis: Redis) => ({ ...rig.deps, store: createStore(redis) })
const mailsTo = (member: string) => rig.emulator.mails().filter(({ email }) => email === `${member}@example.com`).length
const isInvited = (...members: string[]) =>
  rig.until(async () => {
    const statuses = await rig.statuses()
    expect(members.map((member) => statuses[member])).toEqual(members.map(() => 'invited'))
  })
/** Whatever was asked for is done; the law finds nobody. */
async function comesToRest(): Promise<void> {
  await rig.due(lawTask('acme'))
  const { outboxNow, outboxInteractive, outboxBulk } = laneKeys('acme')
  await rig.until(async () => {
    expect(await rig.redis.exists(outboxNow, outboxInteractive, outboxBulk)).toBe(0)
    expect(await rig.queueOf('acme').counts()).toMatchObject({ active: 0, waiting: 0, prioritized: 0, delayed: 0 })
  })
  expect(rig.recovered).toBe(0)
}
/** As if a minute had gone by. */
const mayAskAgain = async () => rig.redis.del('none', ...(await rig.redis.keys('*:turns:*')))

const REQUESTS: [what: string, mails: number, ask: (redis: Redis, member: string) => Promise<unknown>][] = [
  ['to be converged now', 0, (redis, member) => requestForMember(depsOf(redis), { roster, member, kind: 'converge' })],
  ['to be invited', 1, (redis, member) => requestForMember(depsOf(redis), { roster, member, kind: 'invitation' })],
  [
    'to be invited, with others',
    1,
    (redis, member) => requestForMany(depsOf(redis), { roster, members: [member, 'nobody'], kind: 'invitation' }),
  ],
]

it.each(REQUESTS)(
  'a member who is asked for, %s, is mailed once a request, whichever write the process of one died before',
  async (_what, mails, ask) => {
    for (let at = 0; ; at++) {
      const member = `u-${at}`
      await rig.join(member)
      await isInvited(member)
      const died = await diesAt(rig.redis, at, ({ redis }) => ask(redis, member))
      await comesToRest()
      const after = mailsTo(member)
      // Recorded, or not at all.
      expect([...(died ? [1] : []), 1 + mails]).toContain(after)
      // What was not recorded was not counted, either: it is sent again at once.
      if (after === 1 + mails) await mayAskAgain()
      await ask(rig.redis, member)
      await comesToRest()
      expect({ at, mails: mailsTo(member) }).toEqual({ at, mails: after + mails })
      if (!died) break
    }
  },
)

/** As if these had ended three workers: they are parked as failed. */
async function endThreeWorkers(members: readonly string[]): Promise<void> {
  const lane = createLaneStore(rig.redis, 'acme')
  await lane.open('dead', 15_000)
  await enqueueRecorded({ ...rig.deps, lane, queue: rig.queueOf('acme') }, 'dead', 10)
  await lane.close('dead')
  for (const member of members)
    await rig.redis.hset(`${queuePrefix('acme')}:${queueName('acme')}:${rig.deps.toRef('gold', member)}`, 'stc', 3)
}

it('everybody who failed is tried again, whichever write the process of the request died before, once it is sent again', async () => {
  for (let at = 0; ; at++) {
    const members = [`a-${at}`, `b-${at}`, `c-${at}`]
    await rig.join(members)
    await endThreeWorkers(members)
    await rig.until(async () => {
      const statuses = await rig.statuses()
      expect(members.map((member) => statuses[member])).toEqual(members.map(() => 'failed'))
    })
    const died = await diesAt(rig.redis, at, ({ redis }) => retryFailed(depsOf(redis), roster))
    await comesToRest()
    await retryFailed(rig.deps, roster)
    await comesToRest()
    await isInvited(...members)
    if (!died) break
  }
})
