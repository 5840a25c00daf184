import type { Roster } from '../../domain/roster.ts'
import type { Device, UsageSummary } from '../../domain/usage.ts'
import type { SessionSample, Store } from '../../store/index.ts'

/** How many devices have it, the most first. */
export type Share = { name: string; devices: number }

/** What the testers of a group use, in sums: devices, builds, systems, sessions. */
export interface RosterUsage {
  devices: number
  builds: Share[]
  systems: Share[]
  /** Sessions a week of all together, at each reading that was believed, the oldest first. */
  sessions: SessionSample[]
  summary: UsageSummary
}

/** What the people of a roster have installed, and how much they use it, by what is kept. */
export async function describeUsage(
  deps: { store: Store; testerUsage: boolean },
  roster: Roster,
): Promise<RosterUsage | null> {
  if (!deps.testerUsage) return null
  const figures = deps.store.lane(roster.teamKey).roster(roster.id).figures
  const [sightings, sessions, { summary }] = await Promise.all([
    figures.sightings(),
    figures.sessionHistory(),
    figures.standing(),
  ])
  const devices = [...sightings.values()].flatMap((sighting) => sighting.devices)
  return {
    devices: devices.length,
    builds: share(devices, ({ build }) => build),
    systems: share(devices, systemOf),
    sessions,
    summary,
  }
}

function share(devices: readonly Device[], nameOf: (device: Device) => string | null): Share[] {
  const counted = new Map<string, number>()
  for (const device of devices) {
    const name = nameOf(device) ?? 'not told'
    counted.set(name, (counted.get(name) ?? 0) + 1)
  }
  return [...counted]
    .map(([name, count]) => ({ name, devices: count }))
    .sort((a, b) => b.devices - a.devices || (a.name < b.name ? -1 : 1))
}

const PLATFORMS: Readonly<Record<string, string | undefined>> = {
  IOS: 'iOS',
  MAC_OS: 'macOS',
  TV_OS: 'tvOS',
  WATCH_OS: 'watchOS',
  VISION_OS: 'visionOS',
}

/** `iOS 26.1`; null where Apple says nothing of it. */
export function systemOf({ platform, osVersion }: Device): string | null {
  const name = platform === null ? null : (PLATFORMS[platform] ?? platform)
  return [name, osVersion].filter((word) => word !== null).join(' ') || null
}
