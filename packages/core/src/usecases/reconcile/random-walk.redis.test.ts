import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations } from '../../store/index.ts'
import { acceptEvents } from '../intake/index.ts'
import { retryFailed } from '../members/index.ts'
import { pauseRoster, resumeRoster } from '../rosters/index.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { startReconciliation } from './start-reconciliation.ts'

const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay']
const ROSTERS = ['gold', 'silver', 'other', 'shared']
const roster = fc.constantFrom(...ROSTERS)
const person = fc.constantFrom(...PEOPLE)

type Step =
  | { do: 'join' | 'leave' | 'take_out'; roster: string; person: string }
  | { do: 'list'; roster: string; people: string[] }
  | { do: 'pause' | 'resume' | 'retry' | 'read' | 'put_in'; roster: string }
  | { do: 'visit' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), roster, person }) },
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
  { weight: 5, arbitrary: fc.constant({ do: 'visit' as const }) },
)

/** What the newest facts say, kept outside. */
class Model {
  readonly wanted = new Map(ROSTERS.map((id) => [id, new Set<string>()]))
  of = (id: string) => this.wanted.get(id) ?? new Set<string>()
}

/** Who was taken out by hand right after an add is waited for as long as reads may lag: a minute, and a retry after it. */
const PATIENCE_MS = 150_000

const addressOf = (name: string) => `${name}@example.com`

async function take(rig: LaneRig, rosters: Map<string, Roster>, model: Model, taken: Step): Promise<void> {
  if (taken.do === 'visit') return void (await rig.visit())
  const of = rosters.get(taken.roster)!
  switch (taken.do) {
    case 'join':
    case 'leave': {
      const known = await rig.store.members('acme', of.id).find(taken.person)
      if (taken.do === 'leave' && !known) return
      const email = taken.do === 'join' ? addressOf(taken.person) : null
      await acceptEvents(rig.deps, [
        {
          id: undefined,
          source: '',
          kind: taken.do,
          roster: of.id,
          member: taken.person,
          email,
          firstName: null,
          lastName: null,
          time: undefined,
          origin: 'event',
        },
      ])
      if (taken.do === 'join') model.of(of.id).add(taken.person)
      else model.of(of.id).delete(taken.person)
      return
    }
    case 'list': {
      await applySnapshot(rig.deps, {
        roster: of,
        rows: taken.people.map((id, at) => ({
          row: at + 1,
          id,
          email: addressOf(id),
          asWritten: null,
          firstName: null,
          lastName: null,
        })),
        rejected: { count: 0, ids: new Set(), addresses: new Set(), disputed: new Set(), unclear: false },
        dryRun: false,
        allowEmpty: true,
      })
      model.wanted.set(of.id, new Set(taken.people))
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

/** Everything is resumed and read until nothing is left to do. */
async function rest(rig: LaneRig, rosters: Map<string, Roster>): Promise<void> {
  for (const of of rosters.values()) await resumeRoster(rig.deps, of.id)
  for (let readings = 0; readings < 2; readings++) {
    const settled = () =>
      rig.until(async () => {
        for (const of of rosters.values()) {
          expect((await rig.store.members('acme', of.id).counts()).pending).toBe(0)
          const { items } = await createReconciliations(rig.redis, 'acme').list(of.id, 100)
          expect(items.filter(({ kind, status }) => kind === 'reconcile' && status === 'running')).toEqual([])
        }
      }, PATIENCE_MS)
    await settled()
    for (const of of rosters.values()) await startReconciliation(rig.deps, { roster: of, dryRun: false })
    await settled()
  }
}

describe('a random walk of events, lists, hands, pauses and retries', () => {
  it('ends with every group equal to its roster', { timeout: 900_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        await using rig = await startLaneRig()
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
        await rest(rig, rosters)
        for (const [id, { group }] of rosters) {
          const expected = [...model.of(id)].map(addressOf).sort()
          expect([id, rig.emulator.groupMembers(group.id).sort()]).toEqual([id, expected])
        }
        expect(rig.emulator.violations()).toEqual([])
      }),
      { numRuns: Number(process.env['WALKS'] ?? 5), endOnFailure: true },
    )
  })
})
