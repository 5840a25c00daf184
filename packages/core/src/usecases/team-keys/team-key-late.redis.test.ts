import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt, nextOfMove } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createStore } from '../../store/index.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { lawTask } from '../schedule/tasks.ts'
import { deleteTeamKey } from './delete-team-key.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

it('a deletion that comes late takes nothing from a team key that was made anew under its id', async () => {
  for (let at = 0; ; at++) {
    await rig.store.teamKeys.put(makeTeamKey({ id: 'acme' }))
    const id = `gold-${at}`
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => deleteTeamKey({ store: createStore(redis) }, 'acme').catch(() => {}),
      async ({ redis }) => {
        const store = createStore(redis)
        await deleteTeamKey({ store }, 'acme').catch(() => {})
        await rig.addRoster({ id })
        await rig.join('u-in', { roster: id, id: randomUUID() })
      },
    )
    if (!lagged) break
    expect(await rig.store.teamKeys.find('acme')).toBeDefined()
    await rig.due(lawTask('acme'))
    await rig.until(async () => expect(await rig.statuses(id)).toEqual({ 'u-in': 'invited' }))
    expect({ at, recovered: rig.recovered }).toEqual({ at, recovered: 0 })
    await rig.store.forgetRoster((await rig.store.rosters.find(id))!)
  }
})

it('a roster that moves to a team key while that is deleted is never left without one', async () => {
  for (let at = 0; ; at = nextOfMove(at)) {
    await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
    const roster = await rig.addRoster({ id: `gold-${at}` })
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second').catch(() => {}),
      ({ redis }) => deleteTeamKey({ store: createStore(redis) }, 'second').catch(() => {}),
    )
    const { teamKey, moving } = (await rig.store.rosters.find(roster.id))!
    expect({ at, moving, has: (await rig.store.teamKeys.find(teamKey)) !== undefined }).toEqual({ at, has: true })
    if (!lagged) break
  }
})

it('a team key that is deleted while a roster moves to it leaves the roster one', async () => {
  for (let at = 0; ; at++) {
    await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
    const roster = await rig.addRoster({ id: `gold-${at}` })
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => deleteTeamKey({ store: createStore(redis) }, 'second').catch(() => {}),
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second').catch(() => {}),
    )
    const { teamKey, moving } = (await rig.store.rosters.find(roster.id))!
    expect({ at, moving, has: (await rig.store.teamKeys.find(teamKey)) !== undefined }).toEqual({ at, has: true })
    if (!lagged) break
  }
})
