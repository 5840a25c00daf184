import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createLaneStore, laneKeys } from '../../store/index.ts'
import { reconcileTask } from '../schedule/tasks.ts'

let rig: LaneRig
let keyId: string

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster()
  await rig.visit()
  keyId = rig.emulator.keys[0]?.keyId ?? ''
})
afterEach(() => rig[Symbol.asyncDispose]())

const lane = () => rig.store.lane('acme')
/** What upstream has still to be told of the key. */
const told = async () =>
  (await lane().facts.peek(100)).flatMap((fact) =>
    'teamKey' in fact ? [`${fact.sequence} ${fact.type} ${fact.problem?.code ?? ''}`.trim()] : [],
  )
/** As if it had been refused for a minute, so that the next refusal is believed. */
const suspectFor = (ms: number) =>
  createLaneStore(rig.redis, 'acme').remember({ suspicion: { count: 3, since: Date.now() - ms }, rest: null })
const visitAgain = async () => {
  await createLaneStore(rig.redis, 'acme').remember({ rest: null })
  await rig.visitOnce()
}

it('a key that Apple refuses is told once, and once more when it is taken again', async () => {
  rig.emulator.revokeKey(keyId)
  await rig.join('ann')
  await rig.visitOnce()
  // Not believed yet.
  expect(await told()).toEqual([])
  await suspectFor(61_000)
  await rig.visitOnce()
  expect((await lane().standing()).blocked).toMatchObject({ code: 'key_rejected' })
  for (let count = 0; count < 3; count++) await visitAgain()
  expect(await told()).toEqual(['1 team_key.rejected key_rejected'])

  rig.emulator.restoreKey(keyId)
  await visitAgain()
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
  expect(await told()).toEqual(['1 team_key.rejected key_rejected', '2 team_key.recovered'])
  // Found by an API that was asked to check, or by whoever reads what waits to be told.
  expect(await rig.redis.smembers('fr:untold')).toEqual(['acme'])
})

it('an agreement that is missing is told with its own code', async () => {
  rig.emulator.setAgreementsOk(false)
  await rig.join('ann')
  await rig.visitOnce()
  expect(await told()).toEqual(['1 team_key.rejected agreement_required'])
  rig.emulator.setAgreementsOk(true)
  await visitAgain()
  expect(await told()).toEqual(['1 team_key.rejected agreement_required', '2 team_key.recovered'])
})

it('another key in its place is told to work once it was answered, and not before', async () => {
  const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: Date.now() }
  await createLaneStore(rig.redis, 'acme').remember({ blocked: problem, status: 'rejected', problem })
  rig.emulator.revokeKey(keyId)
  await rig.visitOnce()
  expect(await told()).toEqual(['1 team_key.rejected key_rejected'])
  // As putTeamKey leaves it.
  await lane().putStanding({ status: 'unchecked', problem: null, blocked: null })
  await visitAgain()
  await rig.join('ann')
  await visitAgain()
  expect(await told()).toHaveLength(1)
  rig.emulator.restoreKey(keyId)
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
  expect(await told()).toEqual(['1 team_key.rejected key_rejected', '2 team_key.recovered'])
})

/** People were told that a key is refused, which was replaced since. */
const putAnother = async () => {
  await rig.redis.del(laneKeys('acme').facts)
  await rig.redis.hset(laneKeys('acme').lane, 'toldBlock', 'key_rejected')
  await lane().putStanding({ status: 'unchecked', problem: null, blocked: null })
}
const types = async () => (await lane().facts.peek(100)).map(({ type }) => type)

it('another key in its place is told to work although nobody is to be added, and nothing is due', async () => {
  await putAnother()
  await rig.visitOnce()
  expect(await types()).toEqual(['team_key.recovered'])
  const calls = rig.emulator.calls().length
  for (let count = 0; count < 3; count++) await rig.visitOnce()
  expect(rig.emulator.calls()).toHaveLength(calls)
})

it('another key in its place is asked for again while nobody answers, and never at once', async () => {
  await putAnother()
  const rule = rig.emulator.failNext({ kind: 'status', status: 503, times: 2 })
  for (const hits of [1, 2]) {
    const { inMs } = await rig.visitOnce()
    expect({ hits: rule.hits, told: await types() }).toEqual({ hits, told: [] })
    expect(inMs).toBeGreaterThan(1_000)
    expect(inMs).toBeLessThanOrEqual(rig.settings.blockedCheckMs)
    rig.pass(rig.settings.blockedCheckMs)
  }
  await rig.visitOnce()
  expect(await types()).toEqual(['team_key.recovered'])
})

it('another key in its place that is refused as well is found out although nobody is to be added, and is not told to work', async () => {
  await putAnother()
  rig.emulator.revokeKey(keyId)
  await rig.until(
    async () => expect((await lane().standing()).blocked).toMatchObject({ code: 'key_rejected' }),
    300_000,
  )
  expect(await types()).toEqual([])
})

it('a key that works again is told by the next visit, whichever write the visit died before that had only a reading to do', async () => {
  for (let at = 0; ; at++) {
    await putAnother()
    await rig.due(reconcileTask('gold'))
    const died = await diesAt(rig.redis, at, ({ redis }) => rig.visitBy(redis))
    await rig.redis.del(laneKeys('acme').lease)
    // What it had begun goes on later: nothing is due.
    await rig.redis.del(laneKeys('acme').schedule)
    await rig.visitOnce()
    expect({ at, told: await types() }).toEqual({ at, told: ['team_key.recovered'] })
    if (!died) break
  }
})
