import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'

const post = (rig: LaneRig, email: string | null, member = 'ann') => rig.join(member, { email })

const settles = (rig: LaneRig, status: string) =>
  rig.until(async () => expect((await rig.statuses('gold'))['ann']).toBe(status))

it.each(['INVITED', 'INSTALLED'] as const)(
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

it('takes an address out whose entry got no answer, though reads that lag do not show it when the next one has come', async () => {
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

it('takes somebody out who leaves right after the entry, though Apple refuses that once and reads that lag show nobody', async () => {
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

it('keeps in mind an address that its member went back to and left again while others stood in line for a seat', async () => {
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
