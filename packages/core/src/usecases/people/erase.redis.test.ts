import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createErasures, createSchedule, createWebhooks, laneKeys } from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { acceptEvents } from '../intake/index.ts'
import { startReconciliation } from '../reconcile/index.ts'
import { eraseTask } from './erase-members.ts'
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
  acceptEvents(rig.deps, [
    {
      id: `${roster}-${member}-${Math.random()}`,
      source: '/crm',
      kind: 'join',
      roster,
      member,
      email,
      firstName: 'Ann',
      lastName: 'Lee',
      time: undefined,
      origin: 'event',
    },
  ])
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
    expect(await erasePerson(rig.deps, 'ann@example.com')).toBe(3)
    await rig.until(() => expect(everywhere().map(({ email }) => email)).toEqual(['bob@example.com']))
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('other').erasures)).toBe(0))
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    const words = ['ann@example.com', 'person-17', 'person-18', 'person-19']
    // What upstream is told last names the member by its own id, and goes with its delivery.
    expect((await tracesOf(words)).filter((key) => !key.endsWith(':facts'))).toEqual([])
    expect(await tracesOf(['ann@example.com'])).toEqual([])
    expect(await rig.statuses()).toEqual({ other: 'invited' })
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
    await acceptEvents(rig.deps, [
      {
        id: undefined,
        source: '',
        kind: 'leave',
        roster: 'gold',
        member: 'u-1',
        email: null,
        firstName: null,
        lastName: null,
        time: undefined,
        origin: 'api',
      },
    ])
    await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'removed' }))
    expect(await erasePerson(rig.deps, ANN)).toBe(1)
    await rig.until(async () => expect(await rig.statuses()).toEqual({}))
    expect(await erasePerson(rig.deps, ANN)).toBe(0)
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
    await new Promise((resolve) => setTimeout(resolve, 5))
    await join('gold', 'u-1')
    await settled()
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').erasures)).toBe(0))
    expect(await rig.statuses()).toEqual({ 'u-1': 'invited' })
    expect(everywhere()).toHaveLength(1)
  })
})
