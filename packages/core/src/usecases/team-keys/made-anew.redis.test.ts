import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import { makePrivateKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createSealer } from '../../secrets/index.ts'
import { createLaneStore, createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { deleteTeamKey } from './delete-team-key.ts'
import { putTeamKey } from './put-team-key.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const privateKey = makePrivateKey()
const depsWith = (redis: Redis) => ({ ...rig.deps, store: createStore(redis), sealer })
const put = (redis: Redis, keyId: string) =>
  putTeamKey(depsWith(redis), { id: 'acme', issuerId: '57246542-96fe-1a63-e053-0824d011072a', keyId, privateKey })

/** What a lane knows that nobody has found out of its key. */
async function inherited(): Promise<string[]> {
  const { lane, schedule, budget } = laneKeys('acme')
  const known = (await rig.redis.hkeys(lane)).filter((field) => field !== 'keyAt')
  const tasks = (await rig.redis.zrange(schedule, '0', '-1')).filter((task) => task !== 'law:acme')
  // Of calls that went out, no more than their number.
  const learnt = (await rig.redis.hkeys(budget)).filter((field) => !/^([hm]:\d+|holder|spare|spareAt)$/.test(field))
  return [...known, ...tasks, ...learnt].sort()
}

it.each(['answers', 'refuses the key', 'asks for quiet'])(
  'a team key that is made anew inherits nothing of a visit that comes late, whose Apple %s',
  async (what) => {
    let lags = 0
    for (let at = 0; ; at++) {
      const roster = await rig.addRoster()
      await put(rig.redis, 'FORMER')
      await rig.join(`u-${at}`, { id: `e-${at}` })
      if (what === 'refuses the key') rig.emulator.failNext({ kind: 'status', status: 401, times: 3 })
      if (what === 'asks for quiet') rig.emulator.failNext({ kind: 'status', status: 429, times: 3 })
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => rig.visitBy(redis),
        async ({ redis }) => {
          await deleteRoster(depsWith(redis), { id: roster.id, testers: 'keep' })
          await deleteTeamKey(depsWith(redis), 'acme')
          await put(redis, 'NEXT')
        },
      )
      rig.emulator.clearFaults()
      if (!lagged) break
      lags++
      expect({ at, inherited: await inherited() }).toEqual({ at, inherited: [] })
      await deleteTeamKey(rig.deps, 'acme')
      await rig.redis.del(laneKeys('acme').lease)
    }
    expect(lags).toBeGreaterThan(5)
  },
)

it('a team key that is made anew inherits no block of its former, whichever write its making stands before when a late visit tells of one', async () => {
  for (let at = 0; ; at++) {
    const { teamKey: former } = await put(rig.redis, 'FORMER')
    await deleteTeamKey(rig.deps, 'acme')
    const problem = { code: 'key_rejected' as const, detail: '', at: 1 }
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => put(redis, 'NEXT'),
      ({ redis }) =>
        createLaneStore(redis, 'acme').remember(
          { blocked: problem, status: 'rejected', problem, chunk: 7 },
          former.updatedAt,
        ),
    )
    expect({ at, inherited: await inherited() }).toEqual({ at, inherited: [] })
    if (!lagged) break
    await deleteTeamKey(rig.deps, 'acme')
  }
})
