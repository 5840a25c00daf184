import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord } from '../../store/index.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'

/**
 * Members whom a complete listing does not show are asked for by name once more: success is read, and so is its end. Those
 * whom we put in a moment ago are left alone, since reads lag.
 */
export async function confirmVanished(
  visit: Visit,
  roster: Roster,
  vanished: MemberRecord[],
): Promise<{ gone: MemberRecord[]; young: number }> {
  const { clock, settings } = visit.deps
  const since = clock.now() - settings.quietAfterWriteMs
  const old = vanished.filter(({ observed }) => (observed?.observedAt ?? 0) <= since)
  const emails = old.flatMap(({ observed }) => (observed?.email ? [observed.email] : []))
  const young = vanished.length - old.length
  if (emails.length === 0) return { gone: old, young }
  const rows = await sessionOf(visit).findGroupMembers({ groupId: roster.group.id, emails: [...new Set(emails)] })
  const there = new Set(rows.flatMap((row) => (row.email === null ? [] : [emailKey(row.email)])))
  const gone = old.filter(({ observed }) => !observed?.email || !there.has(emailKey(observed.email)))
  return { gone, young }
}
