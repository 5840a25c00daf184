import { randomUUID } from 'node:crypto'
import type { Roster } from '../src/domain/roster.ts'
import { draftReclaim, recordReclaim } from '../src/usecases/reclaim/start-reclaim.ts'
import type { LaneRig } from './lane-rig.ts'

/** A list as a caller sends it: these people, in this order, each under an address (by default one made of the id). All rows are good. */
export function listOf(people: readonly string[], addressOf = (id: string) => `${id}@example.com`) {
  return {
    rows: people.map((id, at) => ({
      row: at + 1,
      id,
      email: addressOf(id),
      asWritten: null,
      firstName: null,
      lastName: null,
    })),
    rejected: {
      count: 0,
      ids: new Set<string>(),
      addresses: new Set<string>(),
      disputed: new Set<string>(),
      unclear: false,
    },
    dryRun: false,
    allowEmpty: false,
  }
}

/** A plan of one seat that comes back, that of `u-0`: begun, or held where the roster's guard holds as many people as that. */
export async function planReclaim(deps: LaneRig['deps'], roster: Roster): Promise<void> {
  const plan = { idle: [{ id: 'u-0', reason: 'not_accepted' as const, since: 5 }], kept: [], measuredAt: null }
  await recordReclaim(deps, roster, await draftReclaim(deps, roster, plan, { id: randomUUID(), dryRun: false }))
}
