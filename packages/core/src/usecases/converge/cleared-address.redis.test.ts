import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'

const post = (rig: LaneRig, email: string | null, member = 'ann') => rig.join(member, { email })

const settles = (rig: LaneRig, status: string) =>
  rig.until(async () => expect((await rig.statuses('gold'))['ann']).toBe(status))

it.concurrent.each(['INVITED', 'INSTALLED'] as const)(
  'takes a cleared address (%s) out of the group, and its member waits; the next address gets one mail',
  async (state) => {
    await using rig = await startLaneRig()
    const gold = await rig.addRoster({ id: 'gold' })
    await post(rig, 'ann@example.com')
    await settles(rig, 'invited')
    rig.emulator.setState('ann@example.com', state)
    await post(rig, 'ann@example.com')
    await settles(rig, state.toLowerCase())
    await post(rig, null)
    await settles(rig, 'waiting')
    expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
    expect(await rig.deps.store.members(gold.teamKey, 'gold').withAddress('ann@example.com')).toEqual([])
    rig.emulator.resetLedgers()
    await post(rig, 'new@example.com')
    await settles(rig, 'invited')
    expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['new@example.com'])
    expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create'])
  },
)

it.concurrent('takes an address out whose entry got no answer, though reads that lag do not show it when the next one has come', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  rig.emulator.settings({ readLagMs: 4_000 })
  rig.emulator.failNext({ kind: 'drop', when: 'after', times: 1, match: { method: 'POST', path: '/v1/betaTesters' } })
  await post(rig, 'lost@example.com')
  await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['lost@example.com']))
  await post(rig, 'new@example.com')
  await settles(rig, 'invited')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['new@example.com'])
})

it.concurrent('takes somebody out who leaves right after the entry, though Apple refuses that once and reads that lag show nobody', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  rig.emulator.settings({ readLagMs: 4_000 })
  await post(rig, 'ann@example.com')
  await settles(rig, 'invited')
  rig.emulator.failNext({ kind: 'status', status: 422, times: 1, match: { method: 'DELETE' } })
  await rig.leave('ann')
  await settles(rig, 'removed')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
})

it.concurrent('believes no read that lags of somebody who joins again right after the entry, and takes out who then leaves', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  rig.emulator.settings({ readLagMs: 4_000 })
  await post(rig, 'ann@example.com')
  await settles(rig, 'invited')
  await post(rig, 'ann@example.com')
  await rig.visit()
  expect(rig.emulator.mails()).toHaveLength(1)
  expect(await rig.statuses('gold')).toEqual({ ann: 'invited' })
  await rig.leave('ann')
  await settles(rig, 'removed')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
})

it.concurrent('takes out by reads that lag no longer whose removal was refused when the next address came', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  // Longer than any machine takes until the refusal.
  rig.emulator.settings({ readLagMs: 60_000 })
  await post(rig, 'first@example.com')
  await settles(rig, 'invited')
  rig.emulator.failNext({ kind: 'status', status: 422, times: 1, match: { method: 'DELETE' } })
  await post(rig, 'second@example.com')
  await rig.until(async () => {
    const found = await rig.store.members('acme', 'gold').find('ann')
    expect(found?.observed?.writing).toMatchObject({ kind: 'remove', answer: 'refused' })
  })
  rig.emulator.settings({ readLagMs: 0 })
  await post(rig, 'third@example.com')
  await settles(rig, 'invited')
  await rig.until(async () => {
    const found = await rig.store.members('acme', 'gold').find('ann')
    expect(found?.observed?.leaving).toEqual([])
  })
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['third@example.com'])
})

it.concurrent('takes an address out that a fellow member wanted, who turned back before having entered', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  await post(rig, 'family@example.com')
  await settles(rig, 'invited')
  await rig.leave('ann')
  await post(rig, 'family@example.com', 'bob')
  // One job a visit: the one who is to come has had no turn when it turns back.
  const settings = { ...rig.settings }
  Object.assign(rig.settings, { batch: 1, softMs: 5 })
  await settles(rig, 'removed')
  await post(rig, 'bob@example.com', 'bob')
  Object.assign(rig.settings, settings)
  await rig.until(async () => {
    expect(await rig.statuses('gold')).toEqual({ ann: 'removed', bob: 'invited' })
    const found = await rig.store.members('acme', 'gold').find('ann')
    expect(found?.observed?.converged).toBe(found?.desired.version)
  })
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['bob@example.com'])
})

it.concurrent('lets two members swap their addresses', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  await post(rig, 'a@example.com')
  await post(rig, 'b@example.com', 'bob')
  await settles(rig, 'invited')
  await post(rig, 'b@example.com')
  await post(rig, 'a@example.com', 'bob')
  await rig.until(async () => {
    const members = rig.store.members('acme', 'gold')
    const records = await members.findMany(['ann', 'bob'])
    expect(records.map((one) => [one?.observed?.email, one?.observed?.leaving])).toEqual([
      ['b@example.com', []],
      ['a@example.com', []],
    ])
  })
  expect(rig.emulator.groupMembers(gold.group.id).sort()).toEqual(['a@example.com', 'b@example.com'])
  expect(rig.emulator.mails()).toHaveLength(2)
})

it.concurrent('takes nobody for being in whose removal got no answer: two who share the address enter it anew', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  await post(rig, 'family@example.com')
  await settles(rig, 'invited')
  rig.emulator.failNext({ kind: 'drop', when: 'after', times: 1, match: { method: 'DELETE' } })
  await rig.leave('ann')
  await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual([]))
  await post(rig, 'family@example.com')
  await post(rig, 'family@example.com', 'bob')
  await rig.until(async () => expect(await rig.statuses('gold')).toEqual({ ann: 'invited', bob: 'invited' }))
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['family@example.com'])
})

it.concurrent('keeps in mind an address that its member went back to and left again while others stood in line for a seat', async () => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  await post(rig, 'first@example.com')
  await settles(rig, 'invited')
  rig.emulator.settings({ seatsPerApp: 1 })
  await post(rig, 'bob@example.com', 'bob')
  await rig.until(async () => expect((await rig.statuses('gold'))['bob']).toBe('waiting'))
  const settlesIn = async (email: string, status: string) => {
    await post(rig, email)
    await settles(rig, status)
  }
  await settlesIn('second@example.com', 'waiting')
  // Still in by it: that needs no seat, and no mail.
  await settlesIn('first@example.com', 'invited')
  await settlesIn('second@example.com', 'waiting')
  await post(rig, 'first@example.com')
  await post(rig, 'second@example.com')
  rig.emulator.settings({ seatsPerApp: 10 })
  await rig.until(async () => {
    await rig.due('seats:1234')
    expect(rig.emulator.groupMembers(gold.group.id).sort()).toEqual(['bob@example.com', 'second@example.com'])
  })
  expect(rig.emulator.mails().map(({ email }) => email)).toEqual([
    'first@example.com',
    'bob@example.com',
    'second@example.com',
  ])
})
