import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { acceptEvents } from '../intake/index.ts'

const ANN = 'ann@example.com'
const NEW = 'ann@icloud.example'

async function join(rig: LaneRig, email: string): Promise<void> {
  const event = { id: undefined, source: '', member: 'ann', time: undefined, origin: 'event' as const }
  await acceptEvents(rig.deps, [{ ...event, kind: 'join', roster: 'gold', email, firstName: null, lastName: null }])
}

/** Reads show a change of ours only after three seconds. */
async function startLagging() {
  const rig = await startLaneRig()
  rig.emulator.settings({ readLagMs: 3_000 })
  return { rig, gold: await rig.addRoster({ id: 'gold' }), [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() }
}

const settles = (rig: LaneRig, status = 'invited') =>
  rig.until(async () => expect((await rig.statuses('gold'))['ann']).toBe(status))

const entries = (rig: LaneRig) =>
  rig.emulator.calls().filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters')

it('believes Apple, that a person is in, and not a read of a moment later, when a join is told again', async () => {
  await using lagging = await startLagging()
  const { rig, gold } = lagging
  await join(rig, ANN)
  await settles(rig)
  await join(rig, ANN)
  await rig.visit()
  await settles(rig)
  expect(entries(rig)).toHaveLength(1)
  expect(rig.emulator.groupMembers(gold.group.id)).toEqual([ANN])
})

it('creates one tester for a join with another address, though the read after it does not show that one yet', async () => {
  await using lagging = await startLagging()
  const { rig, gold } = lagging
  await join(rig, ANN)
  await settles(rig)
  await join(rig, NEW)
  await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual([NEW]))
  await settles(rig)
  expect(entries(rig)).toHaveLength(2)
  expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create', 'create'])
})
