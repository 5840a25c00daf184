import type { Roster } from '../../domain/roster.ts'
import type { LaneStore } from '../../store/index.ts'

/**
 * What was taken out a moment ago, whoever's it was: Apple finishes a removal from the app later, and reads that lag show those who are
 * out already. Kept in the lane for two minutes, since the member who had the address may have another one by now.
 */
export interface Removals {
  /** When an address (lower-cased) was sent out of the app last (ms), unless Apple is known to be done; null where it was not. */
  fromApp(roster: Roster, key: string): number | null
  /** The same, or out of the roster's group. */
  fromGroup(roster: Roster, key: string): number | null
  note(roster: Roster, key: string, from: 'group' | 'app', at: number): void
}

export async function readRemovals(
  lane: Pick<LaneStore, 'removals'>,
  addresses: readonly { roster: Roster; key: string }[],
): Promise<Removals> {
  const known = new Map<string, number>()
  const ofApp = ({ app }: Roster, key: string) => `app ${app.id} ${key}`
  const ofGroup = ({ id }: Roster, key: string) => `roster ${id} ${key}`
  const byApp = new Map<string, { roster: Roster; key: string }[]>()
  for (const one of addresses) byApp.set(one.roster.app.id, [...(byApp.get(one.roster.app.id) ?? []), one])
  await Promise.all(
    [...byApp].map(async ([appId, of]) => {
      const asked = of.flatMap(({ roster, key }) => [
        { name: ofApp(roster, key), from: { address: key, roster: null } },
        { name: ofGroup(roster, key), from: { address: key, roster: roster.id } },
      ])
      const times = await lane.removals(
        appId,
        asked.map(({ from }) => from),
      )
      asked.forEach(({ name }, at) => {
        const time = times[at] ?? null
        if (time !== null) known.set(name, time)
      })
    }),
  )
  return {
    fromApp: (roster, key) => known.get(ofApp(roster, key)) ?? null,
    fromGroup(roster, key) {
      const times = [known.get(ofApp(roster, key)), known.get(ofGroup(roster, key))].filter((at) => at !== undefined)
      return times.length === 0 ? null : Math.max(...times)
    },
    note: (roster, key, from, at) => void known.set(from === 'app' ? ofApp(roster, key) : ofGroup(roster, key), at),
  }
}
