import type { MemberRecord, Members } from '../../store/index.ts'

/** Every member of a roster by id; memory is that of the records, some 500 bytes each. */
export async function readRoster(members: Members): Promise<Map<string, MemberRecord>> {
  const records = new Map<string, MemberRecord>()
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    for (const record of page.records) records.set(record.id, record)
  } while (cursor !== '0')
  return records
}
