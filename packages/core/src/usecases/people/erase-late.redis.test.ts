import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt, lagsAt, nextOfMove } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { lawTask } from '../schedule/tasks.ts'
import type { Visit } from '../visit/visit.ts'
import { eraseMembers, eraseTask } from './erase-members.ts'
import { describeErasure, erasePerson } from './index.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const addressOf = (at: number) => `ann-${at}@example.com`

/** A roster whose group has one person. */
async function fill(at: number): Promise<Roster> {
  const roster = await rig.addRoster({ id: `gold-${at}` })
  await rig.join(`u-${at}`, { roster: roster.id, id: `in-${at}`, email: addressOf(at) })
  await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual([addressOf(at)]))
  return roster
}

/** The law first; then what was accepted comes to its end, and is told so no sooner. */
async function expectErased({ id, group }: Roster, erasure: string, at: number): Promise<void> {
  for (const lane of ['acme', 'second']) await rig.due(lawTask(lane), lane)
  await rig.until(async () => {
    for (const lane of ['acme', 'second']) {
      for (const task of await rig.redis.zrange(laneKeys(lane).schedule, '0', '-1'))
        if (task.startsWith('erase:')) await rig.due(task, lane)
    }
    expect(await describeErasure(rig.deps, erasure)).toMatchObject({ status: 'done' })
  })
  expect({ at, in: rig.emulator.groupMembers(group.id) }).toEqual({ at, in: [] })
  const keys = await rig.redis.keys(`*roster:${id}*`)
  const texts = await Promise.all(keys.map((key) => rig.redis.dump(key)))
  expect(texts.filter((text) => text?.includes(addressOf(at)))).toEqual([])
  for (const lane of ['acme', 'second']) expect(await rig.store.members(lane, id).find(`u-${at}`)).toBeUndefined()
  expect({ at, recovered: rig.recovered }).toEqual({ at, recovered: 0 })
  // Each roster is looked through: the next turn has as many writes.
  await deleteRoster(rig.deps, { id, testers: 'keep' })
}

it('an erasure that comes late to a move takes the person out where the roster went', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    let erasure: string | undefined
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        const erased = await erasePerson({ ...rig.deps, store: createStore(redis) }, addressOf(at))
        erasure = erased.id
        expect({ at, memberships: erased.memberships }).toEqual({ at, memberships: 1 })
      },
      async ({ redis }) => {
        await moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second')
      },
    )
    expect({ at, isAnswered: erasure !== undefined }).toEqual({ at, isAnswered: true })
    if (erasure !== undefined) await expectErased(roster, erasure, at)
    if (!lagged) break
  }
})

it('a move that comes late to an erasure brings the erasure along', async () => {
  for (let at = 0; ; at = nextOfMove(at)) {
    const roster = await fill(at)
    let erasure = ''
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second'),
      async ({ redis }) => {
        const deps = { ...rig.deps, store: createStore(redis) }
        erasure = await erasePerson(deps, addressOf(at)).then(
          ({ id }) => id,
          (error: { code?: string }) => {
            expect(error.code).toBe('store_unavailable')
            return ''
          },
        )
      },
    )
    if (erasure === '') erasure = (await erasePerson(rig.deps, addressOf(at))).id
    await expectErased(roster, erasure, at)
    if (!lagged) break
  }
})

it('an erasure whose process died is finished, as far as it was begun, by whoever asks again', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    const died = await diesAt(rig.redis, at, ({ redis }) =>
      erasePerson({ ...rig.deps, store: createStore(redis) }, addressOf(at)),
    )
    await expectErased(roster, (await erasePerson(rig.deps, addressOf(at))).id, at)
    if (!died) break
  }
})

it('an erasure is handed over to where its roster went, whichever write its worker died before', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    await moveRoster(rig.deps, roster, 'second')
    // Whoever asked for it was slower than the move.
    const [id, person] = [randomUUID(), randomUUID()]
    const place = { id, roster: roster.id }
    await rig.store.personErasures.begin(person, Date.now())
    await rig.store.personErasures.putPart(person, { ...place, teamKey: 'acme', doneAt: null })
    const who = { members: [`u-${at}`], email: addressOf(at), requestedAt: Date.now() }
    await rig.store.lane('acme').erasures.begin({ v: 1, ...place, ...who, person }, eraseTask(id))
    const died = await diesAt(rig.redis, at, ({ redis }) =>
      eraseMembers({ teamKey: 'acme', deps: { ...rig.deps, store: createStore(redis) } } as unknown as Visit, id),
    )
    await expectErased(roster, person, at)
    expect(await rig.store.lane('acme').erasures.find(id)).toBeUndefined()
    if (!died) break
  }
})

it('a visit forgets nobody of a roster whose mover lies dead: what was copied would come back', async () => {
  for (let at = 0; ; at = nextOfMove(at)) {
    const roster = await fill(at)
    await rig.leave(`u-${at}`, { roster: roster.id, id: `left-${at}` })
    await rig.until(async () => expect(await rig.statuses(roster.id)).toEqual({ [`u-${at}`]: 'removed' }))
    const erasure = await erasePerson(rig.deps, addressOf(at))
    const died = await diesAt(rig.redis, at, ({ redis }) =>
      moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second'),
    )
    for (const task of await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1')) {
      if (!task.startsWith('erase:')) continue
      await rig.due(task)
      await rig.visit()
    }
    const left = await rig.store.rosters.find(roster.id)
    if (left?.moving) await moveRoster(rig.deps, left, 'second')
    await expectErased(roster, erasure.id, at)
    if (!died) break
  }
})
