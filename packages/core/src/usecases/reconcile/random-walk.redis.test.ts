import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FaultRule } from '@flightroster/emulator'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations } from '../../store/index.ts'
import { retryFailed } from '../members/index.ts'
import { pauseRoster, resumeRoster } from '../rosters/index.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { startReconciliation } from './start-reconciliation.ts'

/** Ten thousand find what no commit waits for. */
const STEPS = Number(process.env['WALK_STEPS'] ?? 750)
const SEED = Number(process.env['WALK_SEED'] ?? Date.now() % 1_000_000_000)
const STEPS_A_WALK = 250

const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay']
const ROSTERS = ['gold', 'silver', 'other', 'shared']
/** What Apple's next answer is like. */
const FAULTS = {
  failed: { kind: 'status', status: 500 },
  failedAfter: { kind: 'status', status: 500, when: 'after' },
  lost: { kind: 'drop' },
  lostAfter: { kind: 'drop', when: 'after' },
  refused: { kind: 'status', status: 409, match: { path: '/v1/betaTesters', method: 'POST' } },
  rejected: { kind: 'status', status: 401 },
  busy: { kind: 'status', status: 429 },
} satisfies Record<string, FaultRule>

const roster = fc.constantFrom(...ROSTERS)
const person = fc.constantFrom(...PEOPLE)

/** People change their addresses, and some share one: then they are one tester. */
type Address = 'own' | 'new' | 'family'

type Step =
  | { do: 'join'; roster: string; person: string; as: Address }
  | { do: 'leave' | 'take_out'; roster: string; person: string }
  | { do: 'list'; roster: string; people: string[] }
  | { do: 'pause' | 'resume' | 'retry' | 'read' | 'put_in'; roster: string }
  | { do: 'fault'; kind: keyof typeof FAULTS }
  | { do: 'visit' | 'wait' | 'rest' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      roster,
      person,
      as: fc.constantFrom<Address>('own', 'own', 'new', 'family'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), roster, person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take_out' as const), roster, person }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('put_in' as const), roster }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), roster, people: fc.subarray(PEOPLE) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'retry' as const, 'read' as const),
      roster,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      kind: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'visit' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'rest' as const }) },
)

/** What the newest facts say, kept outside: by roster, each person's address. */
class Model {
  readonly wanted = new Map(ROSTERS.map((id) => [id, new Map<string, string>()]))
  of = (id: string) => this.wanted.get(id) ?? new Map<string, string>()
}

/** Turns of waiting until nothing is left to do: reads may lag for a minute, retries come ever later, and a refused key is looked at again. */
const MOST_TURNS = 400

/** The clock goes on faster than it is waited. */
let aheadMs = 0
const hostNow = Date.now.bind(Date)
const goOn = (ms: number) => void (aheadMs += ms)

const addressOf = (name: string, as: Address = 'own') =>
  ({ own: `${name}@example.com`, new: `${name}.new@example.com`, family: 'family@example.com' })[as]

async function take(rig: LaneRig, rosters: Map<string, Roster>, model: Model, taken: Step): Promise<void> {
  switch (taken.do) {
    case 'visit':
      return void (await rig.visit())
    case 'wait':
      return goOn(7_000)
    case 'rest':
      return rest(rig, rosters, model)
    case 'fault':
      return void rig.emulator.failNext({ times: 1, ...FAULTS[taken.kind] })
    case 'join':
    case 'leave':
    case 'take_out':
    case 'put_in':
    case 'list':
    case 'pause':
    case 'resume':
    case 'retry':
    case 'read':
      return change(rig, rosters, model, taken)
  }
}

async function change(
  rig: LaneRig,
  rosters: Map<string, Roster>,
  model: Model,
  taken: Extract<Step, { roster: string }>,
): Promise<void> {
  const of = rosters.get(taken.roster)!
  switch (taken.do) {
    case 'join':
    case 'leave': {
      const known = await rig.store.members('acme', of.id).find(taken.person)
      if (taken.do === 'leave' && !known) return
      const email = taken.do === 'join' ? addressOf(taken.person, taken.as) : null
      await rig[taken.do](taken.person, { roster: of.id, email })
      if (email !== null) model.of(of.id).set(taken.person, email)
      else model.of(of.id).delete(taken.person)
      return
    }
    case 'list': {
      await applySnapshot(rig.deps, {
        roster: of,
        ...listOf(taken.people, (id) => addressOf(id)),
        allowEmpty: true,
      })
      model.wanted.set(of.id, new Map(taken.people.map((id) => [id, addressOf(id)])))
      return
    }
    case 'take_out':
      if (rig.emulator.groupMembers(of.group.id).includes(addressOf(taken.person)))
        rig.emulator.removeTester(addressOf(taken.person), { groupId: of.group.id })
      return
    case 'put_in':
      rig.emulator.addTester(of.group.id, addressOf('stranger'))
      return
    case 'pause':
      return void (await pauseRoster(rig.deps, of.id))
    case 'resume':
      return void (await resumeRoster(rig.deps, of.id))
    case 'retry':
      return void (await retryFailed(rig.deps, of))
    case 'read':
      return void (await startReconciliation(rig.deps, { roster: of, dryRun: false }))
  }
}

/** All is resumed, read and retried until nothing is left to do; then every group equals its roster. */
async function rest(rig: LaneRig, rosters: Map<string, Roster>, model: Model): Promise<void> {
  rig.emulator.clearFaults()
  for (const of of rosters.values()) await resumeRoster(rig.deps, of.id)
  for (let readings = 0; readings < 2; readings++) {
    await settle(rig, rosters)
    for (const of of rosters.values()) await startReconciliation(rig.deps, { roster: of, dryRun: false })
    await settle(rig, rosters)
  }
  for (const [id, { group }] of rosters) {
    const expected = [...new Set(model.of(id).values())].sort()
    expect([id, rig.emulator.groupMembers(group.id).sort()]).toEqual([id, expected])
  }
  expect(rig.emulator.violations()).toEqual([])
}

async function settle(rig: LaneRig, rosters: Map<string, Roster>): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    await rig.visit()
    if ((await leftIn(rig, rosters)).length === 0) return
    goOn(5_000)
  }
  expect(await leftIn(rig, rosters)).toEqual([])
}

async function leftIn(rig: LaneRig, rosters: Map<string, Roster>): Promise<string[]> {
  const left: string[] = []
  for (const of of rosters.values()) {
    const members = rig.store.members('acme', of.id)
    const { pending, failed } = await members.counts()
    if (pending > 0) left.push(`${of.id}: ${pending} pending`)
    // Whoever was seen in the group within the last minute, and has joined again, stays invited while another look is awaited.
    const { records } = await members.scan('0')
    const open = records.filter(({ desired, observed }) => desired.version !== observed?.converged).length
    if (open > 0) left.push(`${of.id}: ${open} not converged`)
    if (failed > 0) await retryFailed(rig.deps, of)
    if (failed > 0) left.push(`${of.id}: ${failed} failed`)
    const { items } = await createReconciliations(rig.redis, 'acme').list(of.id, 100)
    if (items.some(({ kind, status }) => kind === 'reconcile' && status === 'running')) left.push(`${of.id}: a reading`)
  }
  return left
}

afterEach(() => void vi.restoreAllMocks())

describe('a random walk of events, lists, addresses, hands, pauses, faults and retries', () => {
  it(`finds every group equal to its roster at rest (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
    vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
    const walk = fc.array(step, { minLength: STEPS_A_WALK, maxLength: STEPS_A_WALK, size: 'max' })
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => {
        await using rig = await startLaneRig()
        rig.emulator.settings({ quota: { hourLimit: 1_000_000 } })
        rig.emulator.addApp({ id: '99', bundleId: 'com.acme.other' })
        const policies = { unmanagedTesters: 'remove' as const, removalGuard: { percent: 100, atLeast: 100 } }
        const rosters = new Map<string, Roster>()
        rosters.set('gold', await rig.addRoster({ id: 'gold', ...policies }))
        rosters.set('silver', await rig.addRoster({ id: 'silver', ...policies }))
        const app = { id: '99', bundleId: 'com.acme.other', name: 'Other' }
        // Who leaves the one leaves the app, unless the other, of the same app, wants the same person.
        rosters.set('other', await rig.addRoster({ id: 'other', ...policies, app, removal: 'app' }))
        rosters.set('shared', await rig.addRoster({ id: 'shared', ...policies, app }))
        const model = new Model()
        for (const taken of steps) await take(rig, rosters, model, taken)
        await rest(rig, rosters, model)
      }),
      { numRuns: Math.ceil(STEPS / STEPS_A_WALK), seed: SEED, endOnFailure: true },
    )
  })
})
