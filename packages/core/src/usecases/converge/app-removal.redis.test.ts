import { describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { pauseRoster } from '../rosters/index.ts'
import { moveRoster } from '../rosters/move-roster.ts'

const EMAIL = 'ann@example.com'

/** Two rosters of one app; who leaves `gold` leaves the app. */
async function addTwoRosters(rig: LaneRig) {
  const gold = await rig.addRoster({ id: 'gold', removal: 'app' })
  return { gold, silver: await rig.addRoster({ id: 'silver' }) }
}

async function post(rig: LaneRig, kind: 'join' | 'leave', roster: string): Promise<void> {
  await (kind === 'join' ? rig.join('ann', { roster, email: EMAIL }) : rig.leave('ann', { roster }))
}

/** Ann was in `gold`, and her removal from the app has been sent to Apple. */
async function beginRemoval(rig: LaneRig): Promise<void> {
  await post(rig, 'join', 'gold')
  await settles(rig, 'gold', 'invited')
  await post(rig, 'leave', 'gold')
  await rig.visit()
}

const settles = (rig: LaneRig, roster: string, status: string) =>
  rig.until(async () => expect((await rig.statuses(roster))['ann']).toBe(status))

it.concurrent('lets go of a person whom another roster put back into the app just after the removal', async () => {
  await using rig = await startLaneRig()
  const { gold, silver } = await addTwoRosters(rig)
  await beginRemoval(rig)
  await post(rig, 'join', 'silver')
  await settles(rig, 'silver', 'invited')
  await settles(rig, 'gold', 'removed')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
  expect(rig.emulator.groupMembers(silver.group.id)).toEqual([EMAIL])
})

it.concurrent('does not take a person for back in the group whom Apple is about to remove from the app, wanted elsewhere or not', async () => {
  await using rig = await startLaneRig()
  rig.emulator.settings({ appRemovalMs: 1_000 })
  const { gold } = await addTwoRosters(rig)
  await beginRemoval(rig)
  await pauseRoster(rig.deps, 'silver')
  await post(rig, 'join', 'silver')
  await post(rig, 'join', 'gold')
  await settles(rig, 'gold', 'invited')
  expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create', 'create'])
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([EMAIL])
})

it.concurrent('enters a person only once Apple has finished the removal that another roster asked for', async () => {
  await using rig = await startLaneRig()
  rig.emulator.settings({ appRemovalMs: 4_000 })
  const { gold, silver } = await addTwoRosters(rig)
  await beginRemoval(rig)
  await post(rig, 'join', 'silver')
  await settles(rig, 'silver', 'invited')
  await settles(rig, 'gold', 'removed')
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([])
  expect(rig.emulator.groupMembers(silver.group.id)).toEqual([EMAIL])
  expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create', 'create'])
})

it.concurrent('enters a person only once that removal is finished, though another team key serves the other roster', async () => {
  await using rig = await startLaneRig()
  rig.emulator.settings({ appRemovalMs: 4_000 })
  const { silver } = await addTwoRosters(rig)
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  await moveRoster(rig.deps, silver, 'second')
  await beginRemoval(rig)
  await post(rig, 'join', 'silver')
  await rig.until(async () => expect(await rig.statuses('silver', 'second')).toEqual({ ann: 'invited' }))
  await settles(rig, 'gold', 'removed')
  rig.pass(4_000)
  expect(rig.emulator.groupMembers(silver.group.id)).toEqual([EMAIL])
})

describe.concurrent('where Apple keeps a revoked row of whoever was removed from the app', () => {
  it('has somebody who leaves out at once, and in again with a new join', async () => {
    await using rig = await startLaneRig()
    rig.emulator.settings({ removedRow: 'revoked' })
    const gold = await rig.addRoster({ id: 'gold', removal: 'app' })
    await rig.join('ann')
    await settles(rig, 'gold', 'invited')
    await rig.leave('ann')
    await settles(rig, 'gold', 'removed')
    await rig.join('ann')
    await settles(rig, 'gold', 'invited')
    expect(rig.emulator.groupMembers(gold.group.id)).toEqual([EMAIL])
    expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create', 'create'])
  })

  it('takes a former address out of the app once, where the join with the new one has the group read first', async () => {
    await using rig = await startLaneRig()
    rig.emulator.settings({ removedRow: 'revoked', appRemovalMs: 1_000 })
    const gold = await rig.addRoster({ id: 'gold', removal: 'app' })
    await rig.join('ann')
    await settles(rig, 'gold', 'invited')
    await rig.join('ann', { email: 'ann@icloud.example' })
    await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual(['ann@icloud.example']))
    await settles(rig, 'gold', 'invited')
    const removals = rig.emulator.calls().filter(({ method, path }) => method === 'DELETE' && path.includes('/apps/'))
    expect(removals).toHaveLength(1)
  })

  it('takes in by both rosters whose row is in no group', async () => {
    await using rig = await startLaneRig()
    rig.emulator.settings({ removedRow: 'revoked' })
    const rosters = [await rig.addRoster({ id: 'gold' }), await rig.addRoster({ id: 'silver' })]
    for (const { group } of rosters) rig.emulator.addTester(group.id, EMAIL)
    rig.emulator.setState(EMAIL, 'REVOKED')
    for (const { group } of rosters) rig.emulator.removeTester(EMAIL, { groupId: group.id })
    // Several unknown people are looked up before anybody is created.
    for (const { id } of rosters)
      for (const member of ['ann', 'bob', 'cay', 'dan']) await rig.join(member, { roster: id, id: `${id}-${member}` })
    await rig.until(() => {
      for (const { group } of rosters) expect(rig.emulator.groupMembers(group.id)).toContain(EMAIL)
    })
  })

  it('takes in anew whoever had stopped testing', async () => {
    await using rig = await startLaneRig()
    rig.emulator.settings({ removedRow: 'revoked' })
    await rig.addRoster({ id: 'gold' })
    await rig.join('ann')
    await settles(rig, 'gold', 'invited')
    rig.emulator.setState(EMAIL, 'REVOKED')
    await rig.join('ann')
    const kinds = () => rig.emulator.mails().map(({ kind }) => kind)
    await rig.until(() => expect(kinds()).toEqual(['create', 'create']), 120_000)
    await settles(rig, 'gold', 'invited')
    expect(kinds()).toEqual(['create', 'create'])
  })
})

it.concurrent('enters a fellow member only once Apple has removed from the app who had the address and has another one by now', async () => {
  await using rig = await startLaneRig()
  rig.emulator.settings({ appRemovalMs: 4_000 })
  const { gold } = await addTwoRosters(rig)
  await post(rig, 'join', 'gold')
  await settles(rig, 'gold', 'invited')
  await rig.join('ann', { roster: 'gold', email: 'new@example.com' })
  await rig.until(() => {
    const isSent = rig.emulator.calls().some(({ method, status }) => method === 'DELETE' && status === 202)
    expect(isSent).toBe(true)
  })
  await rig.join('bob', { roster: 'gold', email: EMAIL })
  await rig.until(async () => expect(await rig.statuses('gold')).toEqual({ ann: 'invited', bob: 'invited' }))
  await rig.until(async () => {
    const found = await rig.store.members('acme', 'gold').find('ann')
    expect(found?.observed?.leaving).toEqual([])
  })
  expect(rig.emulator.groupMembers(gold.group.id).sort()).toEqual([EMAIL, 'new@example.com'])
})

it.concurrent('lets a person in by another roster as soon as the removal from the app is over', async () => {
  await using rig = await startLaneRig()
  const { silver } = await addTwoRosters(rig)
  await beginRemoval(rig)
  await settles(rig, 'gold', 'removed')
  await post(rig, 'join', 'silver')
  await settles(rig, 'silver', 'invited')
  expect(rig.emulator.groupMembers(silver.group.id)).toEqual([EMAIL])
})

it.concurrent('enters a person only once that removal is finished, though the roster has moved to another team key meanwhile', async () => {
  await using rig = await startLaneRig()
  rig.emulator.settings({ appRemovalMs: 4_000 })
  const gold = await rig.addRoster({ id: 'gold', removal: 'app' })
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  await post(rig, 'join', 'gold')
  await settles(rig, 'gold', 'invited')
  await rig.update('ann', { roster: 'gold', email: 'new@example.com' })
  await rig.until(() => expect(rig.emulator.calls().at(-1)).toMatchObject({ method: 'DELETE' }))
  await moveRoster(rig.deps, gold, 'second')
  await rig.update('ann', { roster: 'gold', email: EMAIL })
  await rig.visit('second')
  expect(await rig.statuses('gold', 'second')).toEqual({ ann: 'pending' })
  rig.pass(121_000)
  await rig.until(async () => expect(await rig.statuses('gold', 'second')).toEqual({ ann: 'invited' }))
  await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual([EMAIL]))
})
