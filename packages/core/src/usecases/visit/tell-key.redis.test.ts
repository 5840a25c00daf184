import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createLaneStore } from '../../store/index.ts'

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
