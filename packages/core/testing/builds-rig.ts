import type { BuildFact } from '../src/domain/fact.ts'
import type { Roster } from '../src/domain/roster.ts'
import { createFacts, createSchedule, type Schedule } from '../src/store/index.ts'
import { buildsTask } from '../src/usecases/builds/index.ts'
import { describeRoster, type RosterDescription } from '../src/usecases/rosters/index.ts'
import { makeRoster } from './fixtures.ts'
import { startLaneRig, type LaneRig } from './lane-rig.ts'

export const APP = '1234'

/** A lane whose app has the groups `gold` and `silver`, and no build. */
export interface BuildsRig extends LaneRig {
  schedule: Schedule
  /** Enters a roster on the group of its name. */
  enter(overrides?: Partial<Roster>): Promise<Roster>
  /** One look at the app's builds; the calls that it made. */
  look(): Promise<string[]>
  facts(): Promise<BuildFact[]>
  /** The same, as `roster type number`. */
  told(): Promise<string[]>
  described(roster?: string): Promise<RosterDescription>
  /** Codes of what the roster warns of. */
  warnings(roster?: string): Promise<string[]>
  /** Numbers of the builds that the group has. */
  numbersOf(group: string): string[]
}

export async function startBuildsRig(): Promise<BuildsRig> {
  const lane = await startLaneRig()
  const { redis, store, emulator } = lane
  emulator.addGroup(APP, { id: 'gold', name: 'Gold' })
  emulator.addGroup(APP, { id: 'silver', name: 'Silver' })
  const schedule = createSchedule(redis, 'acme')
  const rig: BuildsRig = {
    ...lane,
    schedule,
    async enter(overrides = {}) {
      const id = overrides.id ?? 'gold'
      const app = { id: APP, bundleId: 'com.acme.app', name: 'Acme' }
      const roster = makeRoster({ id, app, group: { id, name: id }, ...overrides })
      await store.enterRoster(roster)
      return roster
    },
    async look() {
      emulator.resetLedgers()
      await schedule.replan(buildsTask(APP), Date.now() - 1)
      await lane.visit()
      return emulator.calls().map(({ method, path }) => `${method} ${path}`)
    },
    facts: async () =>
      (await createFacts(redis, 'acme').peek(1_000)).filter((fact): fact is BuildFact => 'build' in fact),
    told: async () => (await rig.facts()).map(({ type, roster, build }) => `${roster} ${type} ${build.number}`),
    described: async (roster = 'gold') =>
      describeRoster({ store, clock: lane.deps.clock }, (await store.rosters.find(roster))!),
    warnings: async (roster) => (await rig.described(roster)).roster.warnings.map(({ code }) => code),
    numbersOf: (group) =>
      emulator
        .builds(APP)
        .filter((build) => build.groups.has(group))
        .map((build) => build.version),
  }
  return rig
}
