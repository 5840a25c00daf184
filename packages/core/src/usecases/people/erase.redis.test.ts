import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import {
  createWorkers,
  createErasures,
  createReconciliations,
  createSchedule,
  createWebhooks,
  laneKeys,
  writeLaneStanding,
} from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { protectMember } from '../members/index.ts'
import { startReconciliation } from '../reconcile/index.ts'
import { reconcileTask } from '../schedule/tasks.ts'
import { newReconciliation } from '../reconcile/run-reconcile.ts'
import { createScimGroup, createScimUser, directoryOf } from '../scim/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
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

const ANN = 'Ann@Example.com'
const join = (roster: string, member: string, email: string | null = ANN) =>
  rig.join(member, {
    id: `${roster}-${member}-${Math.random()}`,
    source: '/crm',
    roster,
    email,
    firstName: 'Ann',
    lastName: 'Lee',
  })
const everywhere = () => rig.emulator.testers().filter(({ groups }) => groups.length > 0)
const settled = () =>
  rig.until(async () => {
    for (const [roster, lane] of [
      ['gold', 'acme'],
      ['silver', 'acme'],
      ['bronze', 'other'],
    ] as const) {
      const statuses = Object.values(await rig.statuses(roster, lane))
      expect(statuses.every((status) => status === 'invited')).toBe(true)
    }
  })
/** Every key and value of the store that holds one of the words, whatever its kind. */
const tracesOf = async (words: string[]) => {
  const found: string[] = []
  for (const key of await rig.redis.keys('*')) {
    const text = JSON.stringify([key, await dump(key)]).toLowerCase()
    if (words.some((word) => text.includes(word.toLowerCase()))) found.push(key)
  }
  return found
}
const dump = async (key: string): Promise<unknown> => {
  switch (await rig.redis.type(key)) {
    case 'hash':
      return rig.redis.hgetall(key)
    case 'zset':
      return rig.redis.zrange(key, '0', '-1')
    case 'set':
      return rig.redis.smembers(key)
    case 'list':
      return rig.redis.lrange(key, 0, -1)
    case 'stream':
      return rig.redis.xrange(key, '-', '+')
    default:
      return rig.redis.get(key)
  }
}

describe('erasing a person', () => {
  it('takes the person out of every group, then forgets every trace but counts', async () => {
    await Promise.all([join('gold', 'person-17'), join('silver', 'person-18'), join('bronze', 'person-19')])
    await join('gold', 'other', 'bob@example.com')
    await settled()
    const roster = (await rig.store.rosters.find('gold'))!
    await startReconciliation(rig.deps, { roster, dryRun: false })
    await rig.visit()
    await protectMember(
      { ...rig.deps, asker: { by: 'user:eve', requestId: 'r' } },
      { roster, member: 'person-17', isProtected: true, origin: 'api' },
    )
    await createReconciliations(rig.redis, 'acme').put(roster, {
      ...newReconciliation(roster, 1),
      status: 'done',
      cleared: ['person-17'],
      added: ['other', 'person-17'],
      updated: ['person-17'],
      kept: [{ id: 'person-17', reason: 'protected' }],
    })
    await rig.store.lane('acme').roster('gold').links.findOrSet('person-17', 'mark')
    expect((await erasePerson(rig.deps, 'ann@example.com')).memberships).toBe(3)
    await rig.until(() => expect(everywhere().map(({ email }) => email)).toEqual(['bob@example.com']))
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('other').erasures)).toBe(0))
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    const words = ['ann@example.com', 'person-17', 'person-18', 'person-19']
    // What upstream is told last names the member by its own id, and goes with its delivery.
    expect((await tracesOf(words)).filter((key) => !key.endsWith(':facts'))).toEqual([])
    expect(await tracesOf(['ann@example.com'])).toEqual([])
    expect(await rig.statuses()).toEqual({ other: 'invited' })
  })

  it('forgets where the app was installed and what was done with it', async () => {
    await join('gold', 'person-17')
    await settled()
    rig.emulator.setState('ann@example.com', 'INSTALLED')
    rig.emulator.setDevices('ann@example.com', [{ model: 'iPad of Ann' }])
    rig.emulator.setUsage('ann@example.com', { sessions: 3 })
    await rig.due(reconcileTask('gold'))
    const { sightings, usages } = laneKeys('acme').roster('gold')
    await rig.until(async () => expect(await rig.redis.hlen(usages)).toBe(1))
    expect(await tracesOf(['person-17'])).toEqual(expect.arrayContaining([sightings, usages]))
    await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    const left = await tracesOf(['ann@example.com', 'iPad of Ann', 'person-17'])
    expect(left.filter((key) => !key.endsWith(':facts'))).toEqual([])
  })

  it('forgets what the logs of callbacks know, once it is told', async () => {
    const fact = { type: 'member.invited' as const, roster: 'gold', member: 'person-17', status: 'invited' as const }
    await createWebhooks(rig.redis).put({
      v: 1,
      id: 'crm',
      url: 'https://example.com',
      types: ['*'],
      rosters: null,
      includeEmail: false,
      sealedSecret: 'x',
      formerSecrets: [],
      createdAt: 0,
      updatedAt: 0,
    })
    await join('gold', 'person-17')
    await settled()
    const keys = webhookKeys('crm')
    const delivery = {
      v: 1,
      id: 'msg_1',
      fact: { ...fact, sequence: 1, problem: null, at: 0 },
      subject: rig.deps.toRef('gold', 'person-17'),
      status: 'delivered',
    }
    await rig.redis.hset(keys.deliveries, 'msg_1', JSON.stringify(delivery))
    await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.redis.hlen(keys.deliveries)).toBe(0))
    const erasures = Object.values(await rig.redis.hgetall(laneKeys('acme').erasures))
    expect(erasures).toHaveLength(1)
    expect(erasures[0]).not.toContain('person-17')
    expect(erasures[0]?.toLowerCase()).not.toContain('ann@example.com')
  })

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

  it('is finished though whoever asked for it died before anybody left', async () => {
    await join('gold', 'u-1')
    await settled()
    const erasure = { v: 1 as const, id: 'e-1', roster: 'gold', members: ['u-1'], email: 'ann@example.com' }
    await createErasures(rig.redis, 'acme').begin({ ...erasure, requestedAt: Date.now() }, eraseTask('e-1'))
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect(everywhere()).toEqual([])
    expect(await createSchedule(rig.redis, 'acme').dueAt([eraseTask('e-1')])).toEqual([null])
  })

  it('forgets at once who was never in, or left long ago', async () => {
    await join('gold', 'u-1')
    await settled()
    await rig.leave('u-1', { origin: 'api' })
    await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'removed' }))
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(1)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(0)
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

  it('forgets former addresses, and finds a person by one that Apple may still have', async () => {
    await join('gold', 'u-1')
    await settled()
    await join('gold', 'u-1', 'ann.new@example.com')
    await rig.until(() => expect(everywhere().map(({ email }) => email)).toEqual(['ann.new@example.com']))
    await settled()
    const { id } = await erasePerson(rig.deps, 'ann.new@example.com')
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
    expect(await tracesOf(['ann@example.com', 'ann.new@example.com'])).toEqual([])
    await join('gold', 'u-2')
    await settled()
    // Recorded, and not carried out yet.
    await join('gold', 'u-2', 'other@example.com')
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(1)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect(everywhere()).toEqual([])
  })

  it('makes links to the page of the member void: whoever comes back under the id is another person', async () => {
    await join('gold', 'u-1')
    await settled()
    const links = rig.store.lane('acme').roster('gold').links
    await links.findOrSet('u-1', 'old')
    await erasePerson(rig.deps, ANN)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    await join('gold', 'u-1', 'bob@example.com')
    expect(await links.findOrSet('u-1', 'new')).toBe('new')
  })

  it('forgets the tester of an address that the person has not had for long', async () => {
    await join('gold', 'u-1')
    await settled()
    await join('gold', 'u-1', 'ann.new@example.com')
    const former = async () => (await rig.store.members('acme', 'gold').find('u-1'))?.observed?.former
    await rig.until(() => expect(everywhere().map(({ email }) => email)).toEqual(['ann.new@example.com']))
    await rig.due(reconcileTask('gold'))
    await rig.until(async () => expect(await former()).toEqual([]))
    expect(await testersOf('acme')).toBe(2)
    const { id } = await erasePerson(rig.deps, 'ann.new@example.com')
    await rig.until(async () => expect((await describeErasure(rig.deps, id)).status).toBe('done'))
    expect(await testersOf('acme')).toBe(0)
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
      list: async () => {
        await pushGroup()
        return rig.store.sources.list()
      },
    }
    await erasePerson({ ...rig.deps, store: { ...rig.store, sources } }, ANN)
    expect(await directory.store.groups.total()).toBe(1)
    expect(await rig.statuses('silver')).toEqual({})
    expect(await tracesOf(['ann@example.com'])).toEqual([])
  })

  it('forgets in the plans of rosters that the person was never on', async () => {
    const silver = (await rig.store.rosters.find('silver'))!
    const record = newReconciliation(silver, Date.now())
    const unmanaged = [
      { testerId: 't-1', email: 'ann@example.com' },
      { testerId: 't-2', email: 'eve@example.com' },
    ]
    await createReconciliations(rig.redis, 'acme').put(silver, { ...record, status: 'done', unmanaged })
    await erasePerson(rig.deps, ANN)
    expect(await tracesOf(['ann@example.com'])).toEqual([])
    expect(await tracesOf(['eve@example.com'])).not.toEqual([])
  })
})

/** Addresses whose testers' ids are kept for a lane, whatever they are kept as. */
const testersOf = async (lane: string) => {
  const keys = (await rig.redis.keys('*')).filter((key) => key.includes(`{${lane}}:testers`))
  return (await Promise.all(keys.map((key) => rig.redis.hkeys(key)))).flat().length
}

describe('a roster that is deleted', () => {
  it('leaves no address behind that no other roster of the team key needs', async () => {
    await Promise.all([join('gold', 'u-1'), join('gold', 'bob@example.com', 'bob@example.com'), join('silver', 'u-3')])
    await settled()
    await join('gold', 'late@example.com', 'late@example.com')
    expect(await testersOf('acme')).toBe(2)
    await deleteRoster({ store: rig.store, clock: rig.deps.clock }, { id: 'gold', testers: 'keep' })
    const left = await tracesOf(['bob@example.com', 'late@example.com'])
    // What upstream is still to be told goes with the telling.
    expect(left.filter((key) => !key.endsWith(':facts'))).toEqual([])
    expect(await tracesOf(['ann@example.com'])).not.toEqual([])
    // Ann's, whom silver needs.
    expect(await testersOf('acme')).toBe(1)
    await deleteRoster({ store: rig.store, clock: rig.deps.clock }, { id: 'silver', testers: 'keep' })
    expect((await tracesOf(['ann@example.com'])).filter((key) => key.includes('{acme}'))).toEqual([])
    expect(await testersOf('acme')).toBe(0)
  })

  it('that moved to another team key left none in its former lane either', async () => {
    await join('gold', 'u-1', 'bob@example.com')
    await settled()
    expect(await testersOf('acme')).toBe(1)
    const roster = (await rig.store.rosters.find('gold'))!
    await moveRoster(rig.deps, roster, 'other')
    expect((await tracesOf(['bob@example.com'])).filter((key) => key.includes('{acme}'))).toEqual([])
    expect(await testersOf('acme')).toBe(0)
  })
})
