import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { makeEvent } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { NO_SEATS } from '../../domain/seats.ts'
import { createAppSeats, createSeatLine } from '../../store/index.ts'
import { acceptEvents } from '../intake/index.ts'
import { pauseRoster, resumeRoster } from '../rosters/index.ts'
import { wakeLine } from './shares.ts'

/** Apple's limit, or one that nobody knows beforehand. */
const apple = vi.hoisted(() => ({ limit: 10_000 }))
vi.mock('../../domain/standing.ts', async (original) => {
  const module = await original<object>()
  return Object.defineProperty({ ...module }, 'SEATS_LIMIT', { enumerable: true, get: () => apple.limit })
})

/** A fixed one: what a change breaks shows in any; others find what no commit waits for. */
const SEED = Number(process.env['WALK_SEED'] ?? 4_711)
const WALKS = Number(process.env['WALKS'] ?? 2)
/** A day, with twenty minutes between two steps. */
const STEPS = 72
const STEP_MS = 1_200_000

const APP = '1234'
const SEATS = 8
const ROSTERS = ['gold', 'silver', 'bronze']
const PEOPLE = Array.from({ length: 6 }, (_, at) => `p${at}`)

const roster = fc.constantFrom(...ROSTERS)
type Step =
  | { do: 'join' | 'leave'; roster: string; people: string[] }
  | { do: 'pause' | 'resume'; roster: string }
  | { do: 'keep'; roster: string; reserve: number; priority: number }
  | { do: 'hand_in' | 'hand_out' | 'fault' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      roster,
      people: fc.subarray(PEOPLE, { minLength: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('leave' as const),
      roster,
      people: fc.subarray(PEOPLE, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const), roster }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('keep' as const),
      roster,
      reserve: fc.integer({ min: 0, max: 4 }),
      priority: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('hand_in' as const, 'hand_out' as const, 'fault' as const) }),
  },
)

let aheadMs = 0
const hostNow = Date.now.bind(Date)
afterEach(() => void vi.restoreAllMocks())

/** What the emulator knows: who has a seat, by group. */
class Truth {
  readonly #rig: LaneRig
  readonly hand: string
  constructor(rig: LaneRig) {
    this.#rig = rig
    this.hand = rig.emulator.addGroup(APP, { name: 'By hand' }).id
  }
  async look() {
    const rosters = await this.#rig.store.rosters.findMany(ROSTERS)
    const groups = ROSTERS.map((id) => this.#rig.emulator.groupMembers(rosters.get(id)?.group.id ?? ''))
    const seated = new Set([...groups.flat(), ...this.#rig.emulator.groupMembers(this.hand)])
    const kept = ROSTERS.map((id, at) => Math.max(0, (rosters.get(id)?.seats.reserve ?? 0) - (groups[at]?.length ?? 0)))
    const keptFromOthers = (id: string) => kept.reduce((sum, count, at) => (ROSTERS[at] === id ? sum : sum + count), 0)
    return { free: SEATS - seated.size, seated, groups, keptFromOthers }
  }
}

/** Nobody went in on a seat that is kept for another roster. */
async function visit(rig: LaneRig, truth: Truth, isKnown: () => Promise<boolean>): Promise<void> {
  const judged = await isKnown()
  const before = await truth.look()
  await rig.visit()
  const after = await truth.look()
  if (!judged) return
  ROSTERS.forEach((id, at) => {
    // Who is on another roster of the app already takes no seat.
    const entered = after.groups[at]?.filter((person) => !before.seated.has(person)) ?? []
    if (entered.length > 0) expect([id, after.free]).toEqual([id, Math.max(after.free, after.keptFromOthers(id))])
  })
}

async function take(rig: LaneRig, truth: Truth, taken: Step): Promise<void> {
  switch (taken.do) {
    case 'join':
    case 'leave': {
      const members = rig.store.members('acme', taken.roster)
      const known = await members.findMany(taken.people)
      const people = taken.people.filter((_, at) => taken.do === 'join' || known[at])
      // Half of the people are on all rosters under one address: one person, one seat.
      const emailOf = (member: string) =>
        member < 'p3' ? `${member}@example.com` : `${taken.roster}-${member}@example.com`
      const changes = people.map((member) =>
        makeEvent(
          taken.do,
          member,
          taken.do === 'join' ? { roster: taken.roster, email: emailOf(member) } : { roster: taken.roster },
        ),
      )
      if (changes.length > 0) await acceptEvents(rig.deps, changes)
      return
    }
    case 'pause':
      return void (await pauseRoster(rig.deps, taken.roster))
    case 'resume':
      return void (await resumeRoster(rig.deps, taken.roster))
    case 'keep': {
      const seats = { reserve: taken.reserve, priority: taken.priority }
      const changed = await rig.store.rosters.update(taken.roster, (record) => ({ ...record, seats }))
      if (changed) await wakeLine(rig.deps, changed)
      return
    }
    case 'hand_in':
      if ((await truth.look()).free > 0) rig.emulator.addTester(truth.hand, `hand-${aheadMs}@example.com`)
      return
    case 'hand_out': {
      const [first] = rig.emulator.groupMembers(truth.hand)
      if (first) rig.emulator.removeTester(first, { groupId: truth.hand })
      return
    }
    case 'fault':
      return void rig.emulator.failNext({ kind: 'status', status: 500, when: 'after', times: 1 })
  }
}

it.each([
  ['known, as Apple’s 10,000 are', true],
  ['learnt by a refusal', false],
])(
  `keeps seats for those they are kept for, in a day of joins and leaves, with a limit that is %s (seed ${SEED})`,
  { timeout: 900_000 },
  async (_, isKnown) => {
    vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
    const day = fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' })
    await fc.assert(
      fc.asyncProperty(day, fc.constantFrom('group' as const, 'app' as const), async (steps, removal) => {
        await using rig = await startLaneRig()
        rig.emulator.settings({ seatsPerApp: SEATS, quota: { hourLimit: 1_000_000 } })
        await rig.addRoster({ id: 'gold', removal, seats: { reserve: 3, priority: 0 } })
        await rig.addRoster({ id: 'silver', removal, seats: { reserve: 0, priority: 1 } })
        await rig.addRoster({ id: 'bronze', removal, seats: { reserve: 1, priority: 1 } })
        const truth = new Truth(rig)
        const kept = createAppSeats(rig.redis, 'acme', APP)
        apple.limit = isKnown ? SEATS : 10_000
        if (isKnown) await kept.write(NO_SEATS, { ...NO_SEATS, limit: SEATS, groupedLimit: SEATS })
        const limitIsKnown = async () => (await kept.read()).limit < 10_000
        for (const taken of steps) {
          await take(rig, truth, taken)
          for (let turn = 0; turn < 3; turn++) await visit(rig, truth, limitIsKnown)
          aheadMs += STEP_MS
          await visit(rig, truth, limitIsKnown)
        }
        // Nobody waits for a seat that is there for them.
        rig.emulator.clearFaults()
        for (const id of ROSTERS) await resumeRoster(rig.deps, id)
        for (let turn = 0; turn < 40; turn++) {
          await visit(rig, truth, limitIsKnown)
          aheadMs += 50_000
        }
        const { free: byGroups, keptFromOthers } = await truth.look()
        // Testers without a group may count at Apple: where they leave some seats, no more than those are sure.
        const byApp = SEATS - rig.emulator.testers(APP).length
        const free = byApp > 0 ? Math.min(byApp, byGroups) : byGroups
        for (const id of ROSTERS) {
          const waiting = await createSeatLine(rig.redis, 'acme', id).count()
          if (waiting > 0) expect([id, free]).toEqual([id, Math.min(free, keptFromOthers(id))])
        }
        expect(rig.emulator.violations()).toEqual([])
      }),
      { numRuns: WALKS, seed: SEED, endOnFailure: true },
    )
  },
)
