import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANN, personRig } from '../../../testing/person-rig.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createReconciliations, createWebhooks, laneKeys } from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { protectMember } from '../members/index.ts'
import { startReconciliation } from '../reconcile/index.ts'
import { reconcileTask } from '../schedule/tasks.ts'
import { newReconciliation } from '../reconcile/run-reconcile.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { describeErasure } from './describe-erasure.ts'
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

const { join, everywhere, settled, tracesOf, testersOf } = personRig(() => rig)

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

  it('forgets at once who was never in, or left long ago', async () => {
    await join('gold', 'u-1')
    await settled()
    await rig.leave('u-1', { origin: 'api' })
    await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'removed' }))
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(1)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect((await erasePerson(rig.deps, ANN)).memberships).toBe(0)
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
