import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, personRig } from '../../../testing/person-rig.ts'
import { makeRoster } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { newPerson, type Source } from '../../domain/source.ts'
import { laneKeys, type Store } from '../../store/index.ts'
import { globalKeys, sourceKeys } from '../../store/keys.ts'
import { newReconciliation } from '../reconcile/run-reconcile.ts'
import { erasePerson } from './erase-person.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster()
  await rig.addRoster({ id: 'silver' })
  await rig.addRoster({ id: 'bronze', teamKey: 'other' })
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const { join, settled, tracesOf } = personRig(() => rig)

const source: Source = {
  v: 1,
  id: 'shop',
  kind: 'stripe',
  rosters: { price: 'gold' },
  signature: null,
  map: null,
  within: null,
  sealedSecret: 'x',
  formerSecrets: [],
  createdAt: 0,
  updatedAt: 0,
}

async function putPerson(sourceId: string, id: string, email: string): Promise<void> {
  const person = { ...newPerson(id), profile: { email, firstName: 'Ann', lastName: 'Lee' } }
  await rig.redis.hset(sourceKeys(sourceId).people, id, JSON.stringify(person))
}

describe('an erasure meets a record that it cannot read', () => {
  it('of a source, or of a person in one: whoever has the address is forgotten in all sources', async () => {
    for (const id of ['another', 'shop']) await rig.store.sources.put({ ...source, id })
    await rig.redis.hset(globalKeys.sources, 'another', '{"v":2}', 'older', 'no JSON')
    const { people } = sourceKeys('shop')
    await rig.redis.hset(
      people,
      'bad',
      '{"v":7,"mail":"bob@example.com"}',
      'cut',
      '{"profile":{"email":"ANN@example.com"',
    )
    for (const id of ['another', 'older', 'shop']) await putPerson(id, 'cus_1', ANN)
    await putPerson('shop', 'cus_2', 'joann@example.com')
    await join('gold', 'cus_3')
    await settled()
    await putPerson('another', 'cus_3', 'elsewhere@example.com')
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(1)
    for (const id of ['another', 'older']) expect(await rig.redis.exists(sourceKeys(id).people)).toBe(0)
    expect((await rig.redis.hkeys(people)).sort()).toEqual(['bad', 'cus_2'])
  })

  it.each([
    ['a roster', () => rig.store.rosters.put({ ...makeRoster({ id: 'broken' }), v: 9 as 1 })],
    ['a plan', brokenPlan],
    ['a directory of users', () => rig.redis.hset(globalKeys.scimDirectories, 'all', '{}')],
  ])('%s: everything else goes on, and it is told', async (_, broken) => {
    await join('gold', 'u-1')
    await join('bronze', 'u-2')
    await settled()
    await rig.store.sources.put(source)
    await putPerson('shop', 'cus_1', ANN)
    await broken()
    await expect(erasePerson(rig.deps, ANN)).rejects.toThrow('is not readable')
    expect(await rig.redis.exists(sourceKeys('shop').people)).toBe(0)
    const desired = async (lane: string, roster: string, id: string) =>
      (await rig.store.members(lane, roster).find(id))?.desired.present
    expect([await desired('acme', 'gold', 'u-1'), await desired('other', 'bronze', 'u-2')]).toEqual([false, false])
    expect(await rig.redis.hlen(laneKeys('other').erasures)).toBe(1)
  })
})

async function brokenPlan(): Promise<void> {
  const silver = (await rig.store.rosters.find('silver'))!
  const record = newReconciliation(silver, Date.now())
  const { reconciliations } = rig.store.lane('acme')
  await reconciliations.put(silver, { ...record, status: 'done' })
  await rig.redis.hset(laneKeys('acme').reconciliations, record.id, '{"v":9}')
}

describe('a plan that somebody else changes while a person is forgotten in it', () => {
  it('names them no more', async () => {
    const silver = (await rig.store.rosters.find('silver'))!
    const record = { ...newReconciliation(silver, Date.now()), status: 'done' as const }
    const unmanaged = [{ testerId: 't-1', email: ANN }]
    await rig.store.lane('acme').reconciliations.put(silver, { ...record, unmanaged })
    let changes = 0
    const lane: Store['lane'] = (teamKey) => {
      const opened = rig.store.lane(teamKey)
      const { reconciliations } = opened
      const replace: typeof reconciliations.replace = async (before, after, step) => {
        if (changes++ === 0) {
          const read = (await reconciliations.find(record.id))!
          await reconciliations.replace(read, { ...read, updatedAt: 7 })
        }
        return reconciliations.replace(before, after, step)
      }
      return { ...opened, reconciliations: { ...reconciliations, replace } }
    }
    await erasePerson({ ...rig.deps, store: { ...rig.store, lane } }, ANN)
    expect(await tracesOf(['ann@example.com'])).toEqual([])
    expect((await rig.store.lane('acme').reconciliations.find(record.id))?.updatedAt).toBe(7)
  })

  it('nor where it names them as idle alone', async () => {
    const silver = (await rig.store.rosters.find('silver'))!
    const record = { ...newReconciliation(silver, Date.now()), status: 'done' as const }
    await join('silver', 'u-17')
    await settled()
    const idle = [{ id: 'u-17', reason: 'no_session' as const, since: 1 }]
    await rig.store.lane('acme').reconciliations.put(silver, { ...record, idle })
    await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    expect((await rig.store.lane('acme').reconciliations.find(record.id))?.idle).toEqual([])
  })
})
