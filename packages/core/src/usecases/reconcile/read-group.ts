import type { AppleSession, TesterListing, TesterRow } from '../../apple/index.ts'

/**
 * The whole group, or null where Apple's answer cannot be proven complete: then nothing may be concluded from a missing row.
 * Complete is a listing that ended, repeats no row and equals Apple's total; where Apple gives no total, two equal readings.
 */
export async function readGroup(session: AppleSession, groupId: string): Promise<TesterRow[] | null> {
  const first = await session.listGroupTesters(groupId)
  if (first.complete) return first.testers
  if (first.total !== null || !first.ended) return null
  const second = await session.listGroupTesters(groupId)
  return second.total === null && second.ended && sameIds(first, second) ? second.testers : null
}

function sameIds(first: TesterListing, second: TesterListing): boolean {
  const ids = new Set(first.testers.map((row) => row.id))
  return second.testers.length === ids.size && second.testers.every((row) => ids.has(row.id))
}
