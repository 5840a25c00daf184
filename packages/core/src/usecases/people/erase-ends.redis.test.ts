import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, personRig } from '../../../testing/person-rig.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Fact } from '../../domain/fact.ts'
import { makeDelivery } from '../deliveries/make-delivery.ts'
import {
  createWorkers,
  createErasures,
  createSchedule,
  createWebhooks,
  laneKeys,
  writeLaneStanding,
} from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { createScimGroup, createScimUser, directoryOf } from '../scim/index.ts'
import { describeErasure } from './describe-erasure.ts'
import { eraseTask } from './erase-members.ts'
import { timePasses } from '../../../testing/time-passes.ts'
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

const { join, everywhere, settled, tracesOf } = personRig(() => rig)

describe('an erasure', () => {
  it('is complete within the hour in which the last callback about it ended, and not before, however many days that takes', async () => {
    await createWebhooks(rig.redis).put({
      v: 1,
      id: 'crm',
      url: 'https://example.com',
      types: ['build.available'],
      rosters: null,
      includeEmail: false,
      sealedSecret: 'x',
      formerSecrets: [],
      createdAt: 0,
      updatedAt: 0,
    })
    const keys = webhookKeys('crm')
    const delivery = { v: 1, id: 'msg_1', subject: rig.deps.toRef('gold', 'u-1'), status: 'pending' }
    await rig.redis.hset(keys.deliveries, 'msg_1', JSON.stringify(delivery))
    await rig.redis.hset(keys.places, 'msg_1', '1')
    await join('gold', 'u-1')
    await settled()
    const { id } = await erasePerson(rig.deps, ANN)
    const status = async () => (await describeErasure(rig.deps, id)).waitsFor?.code
    await rig.until(async () => expect(await status()).toBe('callbacks'))
    const schedule = createSchedule(rig.redis, 'acme')
    const [part = ''] = await rig.redis.hkeys(laneKeys('acme').erasures)
    const dueIn = async () => ((await schedule.dueAt([eraseTask(part)]))[0] ?? 0) - Date.now()
    const days = async (count: number) => {
      const erasure = (await createErasures(rig.redis, 'acme').find(part))!
      await createErasures(rig.redis, 'acme').put({ ...erasure, requestedAt: Date.now() - count * 86_400_000 })
      await schedule.plan(eraseTask(part), 0)
      await rig.until(async () => expect(await dueIn()).toBeGreaterThan(0))
    }
    await days(2)
    expect(await dueIn()).toBeLessThan(3_600_000)
    await days(9)
    expect(await status()).toBe('callbacks')
    // All was told meanwhile, and the last delivery ended.
    await rig.redis.del(laneKeys('acme').facts)
    await rig.redis.hdel(keys.places, 'msg_1')
    await schedule.plan(eraseTask(part), 0)
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
    expect(await rig.redis.hlen(keys.deliveries)).toBe(0)
  })

  it('waits for no callback of an endpoint that is disabled, to which nothing is sent any more', async () => {
    const webhook = {
      v: 1 as const,
      id: 'crm',
      url: 'https://example.com',
      types: ['build.available' as const],
      rosters: null,
      includeEmail: false,
      sealedSecret: 'x',
      formerSecrets: [],
      createdAt: 0,
      updatedAt: 0,
    }
    await createWebhooks(rig.redis).put(webhook)
    await join('gold', 'person-17')
    await settled()
    const keys = webhookKeys('crm')
    const subject = rig.deps.toRef('gold', 'person-17')
    const fact = {
      type: 'member.invited',
      roster: 'gold',
      member: 'person-17',
      status: 'invited',
      sequence: 1,
      problem: null,
      at: 0,
    }
    const delivery = (id: string) => ({ ...makeDelivery(id, fact as Fact, subject, 1) })
    await rig.store.deliveries('crm').add(['msg_1', 'msg_2'].map(delivery), 1, 0)
    await rig.redis.zadd(keys.inFlight, 9, 'msg_2')
    const { id } = await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).waitsFor?.code).toBe('callbacks'))
    await rig.redis.del(laneKeys('acme').facts)
    const looks = async () => {
      const [part = ''] = await rig.redis.hkeys(laneKeys('acme').erasures)
      await createSchedule(rig.redis, 'acme').plan(eraseTask(part), 0)
      await rig.visit()
    }
    await looks()
    expect(await rig.redis.hlen(keys.deliveries)).toBe(2)
    await rig.redis.hset(keys.health, 'disabledAt', 5)
    await looks()
    // One that is being tried ends first.
    expect(await rig.redis.hkeys(keys.deliveries)).toEqual(['msg_2'])
    await rig.redis.zrem(keys.inFlight, 'msg_2')
    await looks()
    expect((await describeErasure(rig.deps, id)).status).toBe('done')
    expect(await tracesOf(['person-17'])).toEqual([])
    expect((await rig.redis.keys('fr:{wh:crm}:*')).sort()).toEqual([keys.health])
  })

  it('is finished though whoever asked for it died before anybody left', async () => {
    await join('gold', 'u-1')
    await settled()
    const erasure = { v: 1 as const, id: 'e-1', roster: 'gold', members: ['u-1'], email: 'ann@example.com' }
    await createErasures(rig.redis, 'acme').begin({ ...erasure, requestedAt: Date.now() }, eraseTask('e-1'))
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect(everywhere()).toEqual([])
    expect(await createSchedule(rig.redis, 'acme').dueAt([eraseTask('e-1')])).toEqual([null])
  })

  it('lets a later event make a new member', async () => {
    await join('gold', 'u-1')
    await settled()
    await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    await join('gold', 'u-1')
    await settled()
    const members = rig.store.members('acme', 'gold')
    expect((await members.find('u-1'))?.desired.version).toBe(1)
    expect((await members.timeline('u-1')).filter(({ k }) => k === 'joined')).toHaveLength(1)
    expect(everywhere()).toHaveLength(1)
  })

  it('keeps who came back before the erasure was through, without the history', async () => {
    await join('gold', 'u-1')
    await settled()
    await erasePerson(rig.deps, ANN)
    await timePasses(5)
    await join('gold', 'u-1')
    await settled()
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    expect(await rig.statuses()).toEqual({ 'u-1': 'invited' })
    expect(everywhere()).toHaveLength(1)
  })

  it('is not complete while a reading under way has read the person', async () => {
    await join('gold', 'u-1')
    await settled()
    const { readingRows, readingTouched } = laneKeys('acme').roster('gold')
    await rig.redis.hset(readingRows, 't-1', JSON.stringify(['t-1', 'Ann@Example.com', 'INVITED']))
    const { id } = await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    const goesOn = async () => {
      const [part = ''] = await rig.redis.hkeys(laneKeys('acme').erasures)
      await createSchedule(rig.redis, 'acme').plan(eraseTask(part), 0)
      await rig.visit()
    }
    await goesOn()
    await createWorkers(rig.redis).beat('w-1', null, Date.now())
    expect(await describeErasure(rig.deps, id)).toMatchObject({
      status: 'running',
      waitsFor: { detail: expect.stringContaining('A reading of the group that began before has to end first') },
    })
    await rig.redis.del(readingRows)
    await rig.redis.sadd(readingTouched, 'ann@example.com')
    await goesOn()
    expect((await describeErasure(rig.deps, id)).status).toBe('running')
    await rig.redis.del(readingTouched)
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
  })

  it('says when it is complete, and knows no address', async () => {
    await join('gold', 'ann@example.com')
    await settled()
    const { id } = await erasePerson(rig.deps, ANN)
    // The lane of this test has a worker that no other process sees.
    const unserved = await describeErasure(rig.deps, id)
    expect(unserved).toMatchObject({ id, status: 'running', doneAt: null, waitsFor: { code: 'no_worker' } })
    await createWorkers(rig.redis).beat('w-1', null, Date.now())
    expect(await describeErasure(rig.deps, id)).toMatchObject({ status: 'running', waitsFor: { code: 'backlog' } })
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
    const done = await describeErasure(rig.deps, id)
    expect(done.doneAt).toBeGreaterThanOrEqual(done.startedAt)
    expect(everywhere()).toEqual([])
    expect((await tracesOf(['ann@example.com'])).filter((key) => !key.endsWith(':facts'))).toEqual([])
    const none = await erasePerson(rig.deps, 'nobody@example.com')
    expect((await describeErasure(rig.deps, none.id)).status).toBe('done')
  })

  it('waits for a lane that is paused, and goes on by itself', async () => {
    await join('gold', 'u-1')
    await settled()
    await writeLaneStanding(rig.redis, 'acme', { paused: true })
    const { id } = await erasePerson(rig.deps, ANN)
    expect(await describeErasure(rig.deps, id)).toMatchObject({ status: 'running', waitsFor: { code: 'lane_paused' } })
    const told = async () => (await describeErasure(rig.deps, id)).waitsFor
    expect((await told())?.action).toContain('POST /v1/team-keys/acme/resume')
    const at = Date.UTC(2026, 10, 24)
    const blocked = { code: 'agreement_required' as const, detail: 'Apple wants an agreement.', at }
    await writeLaneStanding(rig.redis, 'acme', { blocked })
    expect(await told()).toMatchObject({
      code: 'lane_blocked',
      detail: expect.stringMatching(/Apple wants an agreement\. Since 2026-11-24T00:00:00\.000Z\.$/),
      action: expect.stringContaining('Account Holder'),
    })
    await writeLaneStanding(rig.redis, 'acme', { blocked: null })
    await writeLaneStanding(rig.redis, 'acme', { paused: false })
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
  })

  it('is not undone by a change of a group of an identity provider that comes meanwhile', async () => {
    await rig.store.rosters.update('silver', (roster) => ({ ...roster, scimGroup: 'Silver' }))
    await rig.store.scimBindings.add('silver', 'Silver')
    const directory = directoryOf(rig.deps, null)
    const profile = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' }
    const user = { userName: 'ann', externalId: null, active: true, profile, resource: {} }
    const made = await createScimUser(rig.deps, directory, user)
    const ids = new Set(made === 'taken' ? [] : [made.id])
    const pushGroup = () => createScimGroup(rig.deps, directory, { displayName: 'Silver', externalId: null }, ids)
    // Rosters have been looked through; sources are next.
    const sources: typeof rig.store.sources = {
      ...rig.store.sources,
      ids: async () => {
        await pushGroup()
        return rig.store.sources.ids()
      },
    }
    await erasePerson({ ...rig.deps, store: { ...rig.store, sources } }, ANN)
    expect(await directory.store.groups.total()).toBe(1)
    expect(await rig.statuses('silver')).toEqual({})
    expect(await tracesOf(['ann@example.com'])).toEqual([])
  })
})
