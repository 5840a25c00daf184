export interface RosterKeys {
  /** hash: member id → Desired, see desired.ts */
  desired: string
  /** hash: member id → Observed, see observed.ts */
  observed: string
  /** sorted set: member id by the index of its status in MEMBER_STATUSES */
  status: string
  /** who has which address, see holders.lua: hashes beside it (indexParts), and a sorted set of older releases */
  index: string
  /** list: ids of members whose entry in `index` is still to be made */
  unindexed: string
  /** hash: member id → newline-joined timeline entries, newest first */
  timeline: string
  /** stream, bounded, with expiry: what happened, over all members */
  activity: string
  /** hash: member id → the mark that every good link to their own page carries */
  links: string
  /** hash: member id → since when (ms) and by whom, of those whom no list, reading or reclaim removes */
  protections: string
  /** sets: members whose work waits until the roster is resumed or mended; apart, so that bulk work comes back as such */
  parked: string
  parkedBulk: string
  /** sorted set: ids of members who wait for a seat of a full app, by arrival (ms) */
  seatLine: string
  /** sorted set: reconciliation ids by when they began (ms) */
  reconciliations: string
  /** set: ids of reconciliations that wait for a person */
  held: string
  /** string with expiry: a whole-roster change is being recorded */
  busy: string
  /** hash: `real`, `dry` → id of the reconciliation that was asked for and whose reading has not begun */
  asked: string
  /** string with expiry: how far the reading of the group has come, see readings.ts */
  reading: string
  /** hashes with expiry: tester id → row, as read so far; and of the second pass, where Apple tells no total */
  readingRows: string
  readingAgain: string
  /** set with expiry: addresses that we wrote about while the group is being read */
  readingTouched: string
  /** hash with expiry: address (lower-cased) of those → its row as read since, or empty where it is not in the group */
  readingChecked: string
  /** hash: member id → Sighting, compactly: since when its tester has its state, how it came, its devices */
  sightings: string
  /** hash: member id → Usage, compactly: what Apple counted for its tester */
  usages: string
  /** hash: `seenAt` → when the group was last listed as a whole (ms), `usage` → UsageSummary */
  figures: string
  /** string and hash with expiry: how far a reading of usage has come, and its rows: tester id → figures */
  usageReading: string
  usageRows: string
  /** list: sessions a week at each reading of usage, newest first */
  usageHistory: string
  /** list: how many members had which status, a line for each change */
  history: string
  /** string: which column of an uploaded list is what, as somebody said last */
  columns: string
  /** hash: `book` → BuildMemory, `at` → when Apple's builds were last looked at (ms) */
  builds: string
}

/** The keys of the parts of a roster's index by address: as many as holders.lua makes. */
export function indexParts({ index }: RosterKeys): string[] {
  return Array.from({ length: 1_024 }, (_, part) => `${index}:${part}`)
}

/** Redis keys of one roster; `root` is that of its lane, in whose slot they lie. */
export function rosterKeys(root: string, rosterId: string): RosterKeys {
  const base = `${root}:roster:${rosterId}`
  return {
    desired: `${base}:desired`,
    observed: `${base}:observed`,
    status: `${base}:status`,
    index: `${base}:index`,
    unindexed: `${base}:unindexed`,
    timeline: `${base}:timeline`,
    activity: `${base}:activity`,
    links: `${base}:links`,
    protections: `${base}:protections`,
    parked: `${base}:parked`,
    parkedBulk: `${base}:parked-bulk`,
    seatLine: `${base}:seat-line`,
    reconciliations: `${base}:reconciliations`,
    held: `${base}:held`,
    busy: `${base}:busy`,
    asked: `${base}:asked`,
    reading: `${base}:reading`,
    readingRows: `${base}:reading:rows`,
    readingAgain: `${base}:reading:again`,
    readingTouched: `${base}:reading:touched`,
    readingChecked: `${base}:reading:checked`,
    sightings: `${base}:sightings`,
    usages: `${base}:usages`,
    figures: `${base}:figures`,
    usageReading: `${base}:usage:reading`,
    usageRows: `${base}:usage:rows`,
    usageHistory: `${base}:usage:history`,
    history: `${base}:history`,
    builds: `${base}:builds`,
    columns: `${base}:columns`,
  }
}
