import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { eventually } from '../../../testing/eventually.ts'
import { laneKeys } from '../../store/index.ts'
import { requestForMember } from '../members/index.ts'
import { erasePerson } from '../people/erase-person.ts'

const READS = '/v1/betaTesters'

const settle = (rig: LaneRig, members: string[], status: string, roster = 'gold', lane = 'acme') =>
  rig.until(async () => {
    const statuses = await rig.statuses(roster, lane)
    expect(members.map((member) => [member, statuses[member]])).toEqual(members.map((member) => [member, status]))
  })
const people = (count: number, name = 'm') => Array.from({ length: count }, (_, at) => `${name}${at}`)
const memberOf = (rig: LaneRig, id: string) => rig.store.members('acme', 'gold').find(id)

/** Visits for so long, and looks after each. */
async function watch(rig: LaneRig, ms: number, check: () => Promise<void> | void): Promise<void> {
  const until = rig.clock.now() + ms
  await rig.until(async () => {
    await check()
    if (rig.clock.now() < until) throw new Error('Still watching.')
  }, ms + 30_000)
}

it.concurrent.each([
  ['400', 400, 'PARAMETER_ERROR.INVALID'],
  ['a bare 403', 403, 'FORBIDDEN.NEW'],
  ['409', 409, 'STATE_ERROR'],
])(
  'look-ups refused by %s: nobody is removed, forgotten or created, and all is right when it is over',
  async (_name, status, code) => {
    await using rig = await startLaneRig()
    const gold = await rig.addRoster()
    await rig.join('ann')
    await settle(rig, ['ann'], 'invited')
    await rig.redis.del(...(await rig.redis.keys('*testers*')))
    rig.emulator.resetLedgers()
    rig.emulator.failNext({ kind: 'status', status, code, times: Infinity, match: { method: 'GET', path: READS } })
    await rig.leave('ann')
    await rig.join(people(6))
    await watch(rig, 6_000, async () => {
      expect((await rig.statuses())['ann']).toBe('pending')
      expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['ann@example.com'])
    })
    expect(rig.emulator.calls().length).toBeLessThan(40)
    rig.emulator.clearFaults()
    await settle(rig, people(6), 'invited')
    await settle(rig, ['ann'], 'removed')
    expect(rig.emulator.groupMembers(gold.group.id).sort()).toEqual(people(6).map((id) => `${id}@example.com`))
    expect(rig.emulator.mails()).toHaveLength(6)
  },
)

it.concurrent('reads at Apple whoever is asked for by hand, though nothing is known to differ', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster()
  await rig.join('ann')
  await settle(rig, ['ann'], 'invited')
  rig.emulator.setState('ann@example.com', 'ACCEPTED')
  await requestForMember(rig.deps, { roster: gold, member: 'ann', kind: 'converge' })
  await settle(rig, ['ann'], 'accepted')
})

it.concurrent('forgets nobody of an erasure while Apple does not say whether the person is out', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster()
  await rig.join('ann')
  await settle(rig, ['ann'], 'invited')
  rig.emulator.failNext({ kind: 'status', status: 409, times: Infinity, match: { method: 'GET', path: READS } })
  rig.emulator.failNext({ kind: 'status', status: 409, times: Infinity, match: { method: 'DELETE' } })
  await erasePerson(rig.deps, 'ann@example.com')
  await watch(rig, 5_000, async () => {
    expect(await memberOf(rig, 'ann')).toBeDefined()
  })
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['ann@example.com'])
  rig.emulator.clearFaults()
  await rig.until(async () => expect(await memberOf(rig, 'ann')).toBeUndefined(), 90_000)
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
})

it.concurrent('takes out a person to be erased whom the group shows, although we believed that nobody was there', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster()
  await rig.join('ann')
  await settle(rig, ['ann'], 'invited')
  await rig.leave('ann')
  await settle(rig, ['ann'], 'removed')
  rig.emulator.addTester(gold.group.id, 'ann@example.com')
  await erasePerson(rig.deps, 'ann@example.com')
  await rig.until(async () => expect(await memberOf(rig, 'ann')).toBeUndefined())
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
})

it.concurrent.each([true, false])(
  'records of the whole team, shown by the filter of the app or not (%s): 20 people of another app enter and leave',
  async (shown) => {
    await using rig = await startLaneRig()
    const gold = await rig.addRoster()
    rig.emulator.settings({ recordScope: 'team', createShared: 409, sharedInAppFilter: shown })
    rig.emulator.addApp({ id: '999', bundleId: 'com.acme.other', groups: [{ id: 'o', name: 'Others' }] })
    rig.emulator.addTesters(
      'o',
      people(20).map((id) => `${id}@example.com`),
    )
    await rig.join(people(20))
    await settle(rig, people(20), 'invited')
    expect(rig.emulator.groupMembers(gold.group.id)).toHaveLength(20)
    await rig.leave(people(20))
    await settle(rig, people(20), 'removed')
    expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
    expect(rig.emulator.groupMembers('o')).toHaveLength(20)
  },
)

it.concurrent('believes a create that names a tester of another app only once the group shows the person', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster()
  rig.emulator.settings({ recordScope: 'team' })
  rig.emulator.addApp({ id: '999', bundleId: 'com.acme.other', groups: [{ id: 'o', name: 'Others' }] })
  rig.emulator.addTester('o', { email: 'ann@example.com', state: 'INSTALLED' })
  await rig.join('ann')
  await settle(rig, ['ann'], 'installed')
  expect(rig.emulator.calls().filter(({ method }) => method === 'GET').length).toBeGreaterThan(0)
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['ann@example.com'])
})

it.concurrent("keeps no join waiting for one member's refused invitation, and says why it was not sent", async () => {
  await using rig = await startLaneRig()
  await rig.addRoster()
  await rig.join('ann')
  await settle(rig, ['ann'], 'invited')
  rig.emulator.resetLedgers()
  rig.emulator.failNext({
    kind: 'status',
    status: 403,
    body: '',
    times: Infinity,
    match: { path: '/v1/betaTesterInvitations' },
  })
  const roster = (await rig.store.rosters.find('gold'))!
  await requestForMember(rig.deps, { roster, member: 'ann', kind: 'invitation' })
  await rig.visit()
  expect(await memberOf(rig, 'ann')).toMatchObject({
    status: 'invited',
    observed: { problem: { code: 'call_forbidden' } },
  })
  await rig.join(people(40))
  const before = rig.passedMs()
  await settle(rig, people(40), 'invited')
  expect(rig.passedMs() - before).toBeLessThan(10_000)
  const asked = rig.emulator.calls().filter(({ path }) => path === '/v1/betaTesterInvitations')
  expect(asked.length).toBeLessThan(5)
})

it.concurrent('spends few calls on one join that this one endpoint refuses, and goes on with everything else', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster()
  rig.emulator.failNext({
    kind: 'status',
    status: 403,
    body: '',
    times: Infinity,
    match: { method: 'POST', path: READS },
  })
  await rig.join('ann')
  await watch(rig, 8_000, async () => {
    expect((await rig.statuses())['ann']).toBe('pending')
  })
  expect(rig.emulator.calls().length).toBeLessThan(15)
  expect((await memberOf(rig, 'ann'))?.observed?.problem?.code).toBe('call_forbidden')
  rig.emulator.clearFaults()
  await settle(rig, ['ann'], 'invited')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['ann@example.com'])
})

it.concurrent.each([
  ['a lost answer', { kind: 'drop', when: 'after' } as const, 'invitation_unknown'],
  ['a 500', { kind: 'status', status: 500, when: 'before' } as const, 'invitation_unknown'],
  [
    'a request that Apple does not take',
    { kind: 'status', status: 400, code: 'PARAMETER_ERROR.ILLEGAL' } as const,
    'invitation_refused',
  ],
])(
  'an invitation that meets %s ends in words that say so, and is never mailed twice',
  async (_name, fault, problem) => {
    await using rig = await startLaneRig()
    await rig.addRoster()
    await rig.join('ann')
    await settle(rig, ['ann'], 'invited')
    rig.emulator.resetLedgers()
    rig.emulator.failNext({ ...fault, match: { path: '/v1/betaTesterInvitations' } })
    const roster = (await rig.store.rosters.find('gold'))!
    await requestForMember(rig.deps, { roster, member: 'ann', kind: 'invitation' })
    await rig.until(async () => {
      expect(await memberOf(rig, 'ann')).toMatchObject({ status: 'invited', observed: { problem: { code: problem } } })
    })
    await watch(rig, 3_000, () => {})
    expect(rig.emulator.mails().length).toBeLessThan(2)
    const [line] = await rig.store.members('acme', 'gold').timeline('ann')
    expect(line).toMatchObject({ k: 'run', p: problem, d: expect.any(String) })
  },
)

it.concurrent('an invitation whose worker died before it heard the answer mails once, and the timeline says that nobody knows', async () => {
  await using rig = await startLaneRig()
  await rig.addRoster()
  await rig.join('ann')
  await settle(rig, ['ann'], 'invited')
  rig.emulator.resetLedgers()
  const held = { kind: 'delay', when: 'after', delayMs: 60_000, match: { path: '/v1/betaTesterInvitations' } } as const
  const slow = rig.emulator.failNext({ ...held, times: 1 })
  const roster = (await rig.store.rosters.find('gold'))!
  await requestForMember(rig.deps, { roster, member: 'ann', kind: 'invitation' })
  const dead = rig.visitOnce()
  await eventually(() => expect(slow.hits).toBe(1))
  // Its lease runs out; the next worker finds the job in its hand.
  await rig.redis.del(laneKeys('acme').lease)
  await rig.until(async () => {
    const [line] = await rig.store.members('acme', 'gold').timeline('ann')
    expect(line).toMatchObject({ k: 'run', s: 'invited', p: 'invitation_unknown', d: expect.any(String) })
  })
  await dead
  await watch(rig, 2_000, () => {})
  expect(rig.emulator.mails()).toHaveLength(1)
  expect(rig.emulator.calls().filter(({ path }) => path === '/v1/betaTesterInvitations')).toHaveLength(1)
})
