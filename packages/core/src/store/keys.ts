/**
 * Every Redis key, spelled once. `{teamKey}` is the hash tag: all that one atomic step touches lies in one slot.
 * Global keys are hints or registers; nothing that must be atomic with a member's state is among them.
 */
const ROOT = 'fr'

/** How many ready sets the lanes are spread over. A lane's shard never changes, so changing this number needs an empty index. */
export const READY_SHARDS = 4

/** Redis keys of the whole installation, each with its type and what it holds. */
export const globalKeys = {
  /** string: `parted` or `whole`: how these two lie, see parted-register.ts */
  registers: `${ROOT}:registers`,
  /** hash, or hashes `…:<part>`: team key id → TeamKey */
  teamKeys: `${ROOT}:team-keys`,
  /** hash, or hashes `…:<part>`: roster id → Roster */
  rosters: `${ROOT}:rosters`,
  /** set: ids of the rosters of one app, over all team keys */
  rostersOfApp: (appId: string) => `${ROOT}:app:${appId}:rosters`,
  /** hash: roster id → RosterStanding */
  standings: `${ROOT}:standings`,
  /** hash: group id → roster id that holds it */
  groups: `${ROOT}:groups`,
  /** hash: token id → ApiToken */
  tokens: `${ROOT}:tokens`,
  /** hash: token id → when it was last used (ms) */
  tokenUses: `${ROOT}:token-uses`,
  /** stream: who changed what */
  audit: `${ROOT}:audit`,
  /** list with expiry: ids of one actor's entries, oldest first */
  auditOf: (ref: string) => `${ROOT}:audit-of:${ref}`,
  /** hash with expiry: `startedAt` (ms), and of a person's erasure each part: its id → { roster, teamKey, doneAt } */
  personErasure: (id: string) => `${ROOT}:erasure:${id}`,
  /** set: ids of rosters on the move to another team key, or on their way out */
  begun: `${ROOT}:moving`,
  /** counter: how often some lanes' schedules were looked after, in turn */
  tasksSwept: `${ROOT}:tasks-swept`,
  /** string with expiry: what one process of many does now */
  task: (name: string) => `${ROOT}:task:${name}`,
  /** string with expiry: Session, by a digest of its token */
  session: (digest: string) => `${ROOT}:session:${digest}`,
  /** string with expiry: sessions of a user that began before then (ms) are over */
  sessionsEnded: (ref: string) => `${ROOT}:sessions-ended:${ref}`,
  /** string with expiry: how many wrong passwords of an account, from a network or a browser; or the time that was given to one of them */
  attempts: (kind: string, ref: string) => `${ROOT}:login:${kind}:${ref}`,
  /** string with expiry: digest of the body that came with an Idempotency-Key, by a digest of caller and key */
  idempotency: (digest: string) => `${ROOT}:idempotency:${digest}`,
  /** string: from when on (ms) records of members are written in their short form, see packing.ts */
  packedFrom: `${ROOT}:packed-from`,
  /** string: random salt of the opaque member references, made once */
  salt: `${ROOT}:salt`,
  /** sorted set: lane id by earliest useful visit (ms) */
  ready: (shard: number) => `${ROOT}:ready:${shard}`,
  /** hash: lane id → until when nobody's ring brings a visit (ms), since nothing can be done; in the slot of the ready set */
  held: (shard: number) => `${ROOT}:held:{${ROOT}:ready:${shard}}`,
  /** channel: a lane id, when there is work for it */
  doorbell: `${ROOT}:doorbell`,
  /** hash: webhook id → Webhook */
  webhooks: `${ROOT}:webhooks`,
  /** hash: notice id → Notice */
  notices: `${ROOT}:notices`,
  /** counter: goes up with every change of a webhook or a notice, so that readers may keep them meanwhile */
  webhooksVersion: `${ROOT}:webhooks-version`,
  /** stream, bounded: `<roster> <first> <last>`, where lines were added to the activity of a roster */
  activity: `${ROOT}:activity`,
  /** hash: registration id → AppleWebhook */
  appleWebhooks: `${ROOT}:apple-webhooks`,
  /** hash: app id → the registration of Apple's webhook for it */
  appleWebhookOfApp: `${ROOT}:apple-webhook-of-app`,
  /** string with expiry: a delivery of Apple's webhooks that was taken up, by the digest of its id */
  appleDelivery: (digest: string) => `${ROOT}:apple-delivery:${digest}`,
  /** set: team keys with facts to tell (a hint) */
  untold: `${ROOT}:untold`,
  /** sorted set: webhook id by when it has something to send (ms; a hint) */
  callbacks: `${ROOT}:callbacks`,
  /** hash: worker id → when it was last alive (ms), and the team keys that it serves */
  workers: `${ROOT}:workers`,
  /** hash: source id → Source */
  sources: `${ROOT}:sources`,
  /** hash: directory id → ScimDirectory */
  scimDirectories: `${ROOT}:scim-directories`,
  /** sorted set, all scores 0: `<name of a SCIM group, lower-cased>\0<roster id>` of rosters that name one */
  scimBindings: `${ROOT}:scim-bindings`,
  /** hash: roster id → names of SCIM groups, as JSON, whose members are still to be looked at: the roster names another one now */
  scimRebinding: `${ROOT}:scim-rebinding`,
  /** What commands are tried on at the start, to find out whether we may send them; empty afterwards */
  permissions: `${ROOT}:permissions`,
} as const

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
  /** hash: `seenAt` → when the group was last listed as a whole (ms), `usage` → UsageBook */
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
  /** hash: `book` → BuildBook, `at` → when Apple's builds were last looked at (ms) */
  builds: string
}

export interface LaneKeys {
  /** hash: the lane's standing and memory: paused, blocked and what was told of it, suspicion, chunk sizes */
  lane: string
  /** string with expiry: the token of the worker that visits the lane */
  lease: string
  /** string with expiry: the token of whoever is promised the lane's next turn */
  promised: string
  /** set: ids of the rosters of this team key */
  rosters: string
  /** string: who copies a roster into this lane, while it moves here */
  arriving: (rosterId: string) => string
  /** set: ids of those that are being deleted, which take no changes from outside */
  closing: string
  /** hash: roster id → when its roster was made (ms): one that was deleted and made again is another */
  born: string
  /** hash: ref → { r: roster id, m: member id, fresh, invite }: whose job a ref is, and how often what was asked for by hand */
  work: string
  /** string with expiry: who makes jobs of the outboxes just now */
  enqueuing: string
  /** sorted sets: `<roster>\0<member>`, recorded and not yet queued, by arrival (ms, and a fraction that no other arrival has) */
  outboxNow: string
  outboxInteractive: string
  outboxBulk: string
  /** sorted set: what is due without being asked for (`reconcile:<roster>`, `builds:<app>`), by when (ms) */
  schedule: string
  /** hash: reconciliation id → Reconciliation, see plan-names.ts */
  reconciliations: string
  /** list: who is named by a plan of many */
  planNames: (id: string) => string
  /** hash: erasure id → Erasure */
  erasures: string
  /** hash: roster id → how many changes it has accepted */
  revisions: string
  /** hash: roster id → our last write to its group (ms) */
  wroteAt: string
  /** sorted set: `<share>:<roster>:<unique>` of removals, by when (ms): what the key's guard adds up */
  removedShares: string
  /** hash: name → how many facts were told under it */
  sequences: string
  /** list: facts that upstream has to be told, oldest first */
  facts: string
  /** string with expiry: somebody is making deliveries of the facts */
  telling: string
  /** hash: AppSeats */
  seats: (appId: string) => string
  /** list: how many testers an app had, a line an hour */
  seatHistory: (appId: string) => string
  /** sorted set: `<roster>\0<member>` of those who wait for a seat, as releases up to 0.1.0 kept them; read only */
  formerSeatLine: (appId: string) => string
  /** hash with expiry: `<roster>\0<member>` → traceparent of the request that asked for its work; only where traces are on */
  traces: string
  /** hash: what is left of the key's quota */
  budget: string
  /** hashes: a digest of an address → tester id, see testers.ts */
  testersOf: (appId: string, part: number) => string
  /** sorted set with expiry: digests of addresses that we took out of a group or the app a moment ago, by when (ms), see removals.ts */
  removals: (appId: string) => string
  /** hash: address (lower-cased) → tester id, as release 0.1.0 keeps them; read, and emptied */
  testers: (appId: string) => string
  /** counter with expiry, and sets beside it: digests of the event ids seen in one period of EVENT_DEDUP_DAYS, see marks.lua */
  marks: (period: number) => string
  /** set with expiry: the same as release 0.1.0 kept them; read only */
  seen: (period: number) => string
  /** sorted set with expiry: when one member's requests of one limited kind were made (ms) */
  requestCounts: (kind: string, ref: string) => string
  /** string with expiry: what App Store Connect answered to a caller lately, as JSON */
  kept: (name: string) => string
  /** string with expiry: a list that was sent to the console and not decided on yet, sealed */
  upload: (id: string) => string
  roster: (rosterId: string) => RosterKeys
}

/** BullMQ's `prefix` for a lane's queue: keeps the queue in the slot of its lane. */
export function queuePrefix(teamKey: string): string {
  return `${ROOT}:{${teamKey}}`
}

/** A lane's queue name holds its team key id. */
export function queueName(teamKey: string): string {
  return `lane-${teamKey}`
}

/** BullMQ's own keys of a lane's queue, for reading counts of thousands of lanes without a Queue for each. */
export function queueKeys(teamKey: string) {
  const root = `${queuePrefix(teamKey)}:${queueName(teamKey)}`
  return {
    /** Before a job's id. */
    jobs: `${root}:`,
    wait: `${root}:wait`,
    active: `${root}:active`,
    completed: `${root}:completed`,
    prioritized: `${root}:prioritized`,
    delayed: `${root}:delayed`,
    failed: `${root}:failed`,
    job: (id: string) => `${root}:${id}`,
  }
}

/** Redis keys of one team key. All have the same hash tag, so that one script may use any of them in a cluster. */
export function laneKeys(teamKey: string): LaneKeys {
  const root = `${ROOT}:{${teamKey}}`
  return {
    lane: `${root}:lane`,
    lease: `${root}:lease`,
    promised: `${root}:promised`,
    rosters: `${root}:rosters`,
    arriving: (rosterId) => `${root}:arriving:${rosterId}`,
    closing: `${root}:closing`,
    born: `${root}:born`,
    work: `${root}:work`,
    enqueuing: `${root}:enqueuing`,
    outboxNow: `${root}:outbox:now`,
    outboxInteractive: `${root}:outbox:interactive`,
    outboxBulk: `${root}:outbox:bulk`,
    schedule: `${root}:schedule`,
    reconciliations: `${root}:reconciliations`,
    planNames: (id) => `${root}:plan-names:${id}`,
    erasures: `${root}:erasures`,
    revisions: `${root}:revisions`,
    wroteAt: `${root}:wrote-at`,
    removedShares: `${root}:removed-shares`,
    sequences: `${root}:sequences`,
    facts: `${root}:facts`,
    telling: `${root}:telling`,
    seats: (appId) => `${root}:seats:${appId}`,
    seatHistory: (appId) => `${root}:seat-history:${appId}`,
    formerSeatLine: (appId) => `${root}:seat-line:${appId}`,
    traces: `${root}:traces`,
    budget: `${root}:budget`,
    removals: (appId) => `${root}:removals:${appId}`,
    testersOf: (appId, part) => `${root}:testers-of:${appId}:${part}`,
    testers: (appId) => `${root}:testers:${appId}`,
    marks: (period) => `${root}:marks:${period}`,
    seen: (period) => `${root}:seen:${period}`,
    requestCounts: (kind, ref) => `${root}:turns:${kind}:${ref}`,
    kept: (name) => `${root}:kept:${name}`,
    upload: (id) => `${root}:upload:${id}`,
    roster: (rosterId) => rosterKeys(root, rosterId),
  }
}

/** As many as holders.lua makes. */
export function indexParts({ index }: RosterKeys): string[] {
  return Array.from({ length: 1_024 }, (_, part) => `${index}:${part}`)
}

function rosterKeys(root: string, rosterId: string): RosterKeys {
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

export interface WebhookKeys {
  /** hash: delivery id → Delivery */
  deliveries: string
  /** sorted set: every delivery id by its order of arrival */
  log: string
  /** sorted set, all scores 0: `<subject>\0<order>\0<delivery id>` of those pending; the first of a subject is tried, the others wait */
  line: string
  /** hash: delivery id → its entry in `line` */
  places: string
  /** sorted set: delivery ids by their next try (ms) */
  due: string
  /** sorted set: delivery ids being tried, by when their worker counts as dead (ms) */
  inFlight: string
  /** sorted set: delivery ids that ended, by when (ms) */
  ended: string
  /** hash: delivery id → `<count>:<ms>`: how often it was brought forward, and when last */
  forwards: string
  /** hash: order (counter), failures in a row, failingSince (ms), disabledAt (ms) */
  health: string
  /** hash, of a notice: sentAt and quietFrom (ms), error, and `told <thing>` → the state that was told last */
  notice: string
  /** set with expiry, of a notice: delivery ids that an earlier message has told */
  covered: string
}

/** No team key id holds a colon, so the hash tag is nobody else's. */
export function webhookKeys(webhookId: string): WebhookKeys {
  const root = `${ROOT}:{wh:${webhookId}}`
  return {
    deliveries: `${root}:deliveries`,
    log: `${root}:log`,
    line: `${root}:line`,
    places: `${root}:places`,
    due: `${root}:due`,
    inFlight: `${root}:in-flight`,
    ended: `${root}:ended`,
    forwards: `${root}:forwards`,
    health: `${root}:health`,
    notice: `${root}:notice`,
    covered: `${root}:covered`,
  }
}

/** The ready set of a lane. */
export function readyShard(teamKey: string): number {
  return laneHash(teamKey) % READY_SHARDS
}

/** FNV-1a over its id, the same for everybody: which of so many parts a lane belongs to. */
export function laneHash(teamKey: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(teamKey)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

export interface SourceKeys {
  /** hash: the sender's person id → SourcePerson */
  people: string
  /** sorted set: ids of those of them who are entitled to nothing, by when that was told (ms): they make room */
  idle: string
  /** list: the newest payloads that arrived, without their content */
  received: string
  /** string with expiry: a payload that was recorded, by the digest of the sender's event id or of the body */
  seen: (digest: string) => string
  /** string with expiry: a refused payload was noted a moment ago */
  refused: string
}

/** No team key id holds a colon, so the hash tag is nobody else's. */
export function sourceKeys(sourceId: string): SourceKeys {
  const root = `${ROOT}:{src:${sourceId}}`
  return {
    people: `${root}:people`,
    idle: `${root}:idle`,
    received: `${root}:received`,
    seen: (digest) => `${root}:seen:${digest}`,
    refused: `${root}:refused`,
  }
}

export interface ScimKeys {
  /** hash: user id → ScimUser */
  users: string
  /** hash: group id → ScimGroup */
  groups: string
  /** sorted sets, all scores 0: what users and groups are found by, `<letter>:<value>\0<id>` */
  userIndex: string
  groupIndex: string
  /** sorted sets: ids by when they were made (ms): the order of lists */
  userOrder: string
  groupOrder: string
  /** sorted set, all scores 0: ids of the users of one group */
  members: (groupId: string) => string
  /** hash: user id → ids of their groups, each between commas */
  memberships: string
  /** hash: user id → when something about them changed last (ms), later with each change */
  revisions: string
  /** sorted set: users about whom the rosters are still to be told, by revision */
  touched: string
  /** hash: user id → ScimTold (scim-told.ts) */
  told: string
  /** set: deleted groups whose members are still to be looked at */
  closing: string
  /** list: what was out of the ordinary, newest first */
  notes: string
  /** set with expiry: lines about that which one hour has seen */
  said: (hour: number) => string
}

/** One slot for each directory. No team key id holds a colon, so the hash tag is nobody else's. */
export function scimKeys(directoryId: string): ScimKeys {
  const root = `${ROOT}:{scim:${directoryId}}`
  return {
    users: `${root}:users`,
    groups: `${root}:groups`,
    userIndex: `${root}:user-index`,
    groupIndex: `${root}:group-index`,
    userOrder: `${root}:user-order`,
    groupOrder: `${root}:group-order`,
    members: (groupId) => `${root}:members:${groupId}`,
    memberships: `${root}:memberships`,
    revisions: `${root}:revisions`,
    touched: `${root}:touched`,
    told: `${root}:told`,
    closing: `${root}:closing`,
    notes: `${root}:notes`,
    said: (hour) => `${root}:said:${hour}`,
  }
}
