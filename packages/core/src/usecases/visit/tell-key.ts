import type { Clock } from '../../domain/clock.ts'
import type { TeamKeyFact } from '../../domain/fact.ts'
import type { Problem } from '../../domain/roster.ts'
import type { LaneMemory, Store } from '../../store/index.ts'

/**
 * Upstream and people are told that a team key is refused, and that it is taken again, once each. `works`: it has answered, or is
 * known to; a key that was replaced has still to show it, and nothing is told of the one before it. In every visit, since a check or another key may end a block in between.
 */
export async function tellKey(
  { store, clock }: { store: Store; clock: Clock },
  teamKey: string,
  { toldBlock, keyAt }: Pick<LaneMemory, 'toldBlock' | 'keyAt'>,
  { blocked, works }: { blocked: Problem | null; works: boolean },
): Promise<void> {
  const state = blocked?.code ?? ''
  if (state === toldBlock || (blocked === null && !works)) return
  const key = await store.teamKeys.find(teamKey)
  const fact: TeamKeyFact = {
    type: blocked ? 'team_key.rejected' : 'team_key.recovered',
    teamKey,
    ...(key && { madeAt: key.createdAt }),
    sequence: 0,
    problem: blocked && { code: blocked.code, detail: blocked.detail },
    at: clock.now(),
  }
  await store.lane(teamKey).facts.noteKey(state, fact, keyAt)
}
