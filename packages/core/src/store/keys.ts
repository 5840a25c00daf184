import { ROOT } from './keys/root.ts'
import { rosterKeys, type RosterKeys } from './keys/roster-keys.ts'

export { indexParts, type RosterKeys } from './keys/roster-keys.ts'
export { scimKeys } from './keys/scim-keys.ts'
export { sourceKeys } from './keys/source-keys.ts'
export { webhookKeys } from './keys/webhook-keys.ts'

/**
 * Every Redis key, spelled once: here those of the installation and of a lane, in `keys/` those of what has a slot or a base of its own. `{teamKey}` is the hash tag: all that one atomic step touches lies in one slot.
 * Global keys are hints or registers; nothing that must be atomic with a member's state is among them.
 */

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
  /** hash: what somebody is about to change, by an id, as JSON; in the slot of the log */
  auditBegun: `${ROOT}:audit-begun:{${ROOT}:audit}`,
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
  /** hash: roster id → since when (ms) that is so */
  scimRebindingAt: `${ROOT}:scim-rebinding-at`,
  /** What commands are tried on at the start, to find out whether we may send them; empty afterwards */
  permissions: `${ROOT}:permissions`,
} as const

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

/** The name of a lane's queue: `lane-` and the id of its team key. */
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
