import type { Roster } from '../../domain/roster.ts'
import type { LaneStore, Store } from '../../store/index.ts'
import type { Address } from './surroundings.ts'

/**
 * What was taken out a moment ago, whoever's it was: Apple finishes a removal from the app later, and reads that lag show those who are
 * out already. Kept in the lane for two minutes, since the member who had the address may have another one by now. The app's other
 * rosters may be of other lanes, and take out whom this one enters.
 */
export interface Removals {
  /** When an address (lower-cased) was sent out of the app last (ms), unless Apple is known to be done; null where it was not. */
  fromApp(roster: Roster, key: string): number | null
  /** The same, or out of the roster's group. */
  fromGroup(roster: Roster, key: string): number | null
  note(roster: Roster, key: string, from: 'group' | 'app', at: number): void
}

export async function readRemovals(
  { store, lane, others }: { store: Store; lane: LaneStore; others: readonly Roster[] },
  addresses: ReadonlyMap<string, readonly Address[]>,
): Promise<Removals> {
  const known = new Map<string, number>()
  const ofApp = ({ app }: Roster, key: string) => `app ${app.id} ${key}`
  const ofGroup = ({ id }: Roster, key: string) => `roster ${id} ${key}`
  await Promise.all(
    [...addresses].map(async ([appId, of]) => {
      const asked = of.flatMap(({ roster, key }) => [
        { name: ofApp(roster, key), from: { address: key, roster: null } },
        { name: ofGroup(roster, key), from: { address: key, roster: roster.id } },
      ])
      const from = asked.map((one) => one.from)
      const own = lane.removals(appId, from)
      const served = new Set(others.filter(({ app }) => app.id === appId).map(({ teamKey }) => teamKey))
      for (const { roster } of of) served.delete(roster.teamKey)
      const theirs = [...served].map((teamKey) => store.lane(teamKey).removals(appId, from))
      for (const times of await Promise.all([own, ...theirs])) {
        asked.forEach(({ name }, at) => known.set(name, Math.max(known.get(name) ?? 0, times[at] ?? 0)))
      }
    }),
  )
  return {
    fromApp: (roster, key) => known.get(ofApp(roster, key)) || null,
    fromGroup: (roster, key) =>
      Math.max(known.get(ofApp(roster, key)) ?? 0, known.get(ofGroup(roster, key)) ?? 0) || null,
    note: (roster, key, from, at) => void known.set(from === 'app' ? ofApp(roster, key) : ofGroup(roster, key), at),
  }
}
