import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from '../rosters/index.ts'
import { buildsTask } from './index.ts'

let rig: BuildsRig

beforeEach(async () => {
  rig = await startBuildsRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const visit = (redis: Redis) => rig.visitBy(redis)
const isDue = () => rig.schedule.replan(buildsTask(APP), Date.now() - 60_000)
const ends = () => rig.redis.del(laneKeys('acme').lease)

it('a build is given, released and told of once, whichever write the worker died before', async () => {
  await rig.store.teamKeys.put(makeTeamKey({ id: 'acme' }))
  await rig.enter({ builds: 'automatic', heldBuilds: 'release' })
  await rig.enter({ id: 'silver', builds: 'automatic', heldBuilds: 'release' })
  await rig.join('u-1')
  await rig.until(() => expect(rig.emulator.groupMembers('gold')).toHaveLength(1))
  await rig.look()
  for (let at = 0; ; at++) {
    rig.emulator.resetLedgers()
    rig.emulator.addBuild(APP, { version: `${at + 1}`, autoNotify: false })
    await isDue()
    const died = await diesAt(rig.redis, at, ({ redis }) => visit(redis))
    await ends()
    const calls = rig.emulator.calls().map(({ method, path }) => `${method} ${path}`)
    for (let turn = 0; turn < 3; turn++) calls.push(...(await rig.look()))
    const told = (await rig.told()).filter((line) => line.endsWith(` ${at + 1}`))
    const released = calls.filter((call) => call === 'POST /v1/buildBetaNotifications').length
    expect({ at, released, told: told.sort(), gold: rig.numbersOf('gold').includes(`${at + 1}`) }).toEqual({
      at,
      released: 1,
      told: [`gold build.available ${at + 1}`, `silver build.available ${at + 1}`],
      gold: true,
    })
    if (!died) break
  }
})

it('a look that comes late leaves nothing in a roster that was made anew under its id, for another group', async () => {
  for (let at = 0; ; at++) {
    const made = Date.now()
    await rig.enter({ createdAt: made })
    rig.emulator.addBuild(APP, { version: `${at + 1}`, groups: ['gold'] })
    await isDue()
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => visit(redis),
      async ({ redis }) => {
        const store = createStore(redis)
        await deleteRoster({ ...rig.deps, store }, { id: 'gold', testers: 'keep' })
        await rig.enter({ createdAt: made + 1, group: { id: 'silver', name: 'Silver' } })
      },
    )
    await ends()
    const found = await rig.store.lane('acme').builds.find('gold')
    // The group of the new one has none of them.
    const held = [...(found?.memory.builds.values() ?? [])].filter((known) => known.held)
    expect({ at, held }).toEqual({ at, held: [] })
    await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
    if (!lagged) break
  }
})
