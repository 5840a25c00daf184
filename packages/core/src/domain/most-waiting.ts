/** How many deliveries may wait for all webhooks and notices together that are told of one roster: some 100 MB. */
const MOST_OF_A_ROSTER = 200_000
/** However many others there are. */
const LEAST = 1_000

/**
 * How many deliveries may wait for each endpoint, by its id. What is about certain rosters shares what one roster may have, so that a
 * token that is bound to them can't fill the store by endpoints that nobody answers. One about all rosters is an administrator's own,
 * and has no bound.
 */
export function shareWaiting(endpoints: readonly { id: string; rosters: string[] | null }[]): Map<string, number> {
  const ofRoster = new Map<string, number>()
  for (const { rosters } of endpoints)
    for (const roster of rosters ?? []) ofRoster.set(roster, (ofRoster.get(roster) ?? 0) + 1)
  return new Map(
    endpoints.flatMap(({ id, rosters }) => {
      if (rosters === null) return []
      const sharers = Math.max(1, ...rosters.map((roster) => ofRoster.get(roster) ?? 1))
      return [[id, Math.max(LEAST, Math.floor(MOST_OF_A_ROSTER / sharers))] as const]
    }),
  )
}
