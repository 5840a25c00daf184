import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { requestWork } from '../intake/index.ts'
import { describeMembers } from '../members/describe-member.ts'
import { getReconciliation } from './get-reconciliation.ts'
import { startReconciliation } from './start-reconciliation.ts'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
  await rig.join('u-1')
  await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'invited' }))
})
afterEach(() => rig[Symbol.asyncDispose]())

const EMAIL = 'u-1@example.com'
const shown = async () => {
  const records = await rig.store.members('acme', 'gold').findMany(['u-1'])
  const [member] = await describeMembers(
    rig.deps,
    gold,
    records.flatMap((record) => record ?? []),
  )
  return member?.tester?.id
}
const read = async () => {
  const { id } = await startReconciliation(rig.deps, { roster: gold, dryRun: false })
  return rig.until(async () => {
    const record = await getReconciliation(rig.deps, gold, id)
    expect(record.status).toBe('done')
    return record
  })
}
/** Somebody takes the tester out in App Store Connect, and makes it anew: it has another id. */
const makeAnew = () => {
  rig.emulator.removeTester(EMAIL, { appId: '1234' })
  return rig.emulator.addTester(gold.group.id, { email: EMAIL, state: 'INVITED' }).id
}

it('a tester that was made anew by hand has its new id after the next reading, which tells of no change', async () => {
  const before = await shown()
  const id = makeAnew()
  expect(id).not.toBe(before)
  const { plan } = await read()
  expect(await shown()).toBe(id)
  expect(plan.update).toBe(0)
})

it('a tester whose id is not known has it after the next reading', async () => {
  const before = await shown()
  await rig.redis.del(...(await rig.redis.keys('*testers-of*')))
  expect(await shown()).toBeNull()
  await read()
  expect(await shown()).toBe(before)
})

it('a tester that was made anew by hand has its new id once the member is converged', async () => {
  const id = makeAnew()
  await requestWork(rig.deps, { roster: 'gold', member: 'u-1', kind: 'converge', origin: 'api' })
  await rig.until(async () => expect(await shown()).toBe(id))
})
