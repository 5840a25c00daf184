import type { Redis } from 'ioredis'
import { hash, randomUUID } from 'node:crypto'
import { nullable, number, object, read, readJson, text } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys } from '../keys.ts'

/** Who changed what. Ids only: never an address, a key or a token. */
export interface AuditEntry {
  at: number
  /** A user of the pages (`user:ann`) or a token by its id (`token:3f…`, `token:ADMIN_TOKEN`): never by a name, which anybody may choose. */
  actor: string
  /** `lane.pause`, `roster.put`, … */
  action: string
  /** `team-key:acme`, `roster:gold`, … */
  target: string
  detail: string
}

/** An entry of the audit log with its place in it. */
export interface AuditRecord extends AuditEntry {
  id: string
}

export interface Audit {
  /** Notes what is about to be changed; gives its id. */
  begin(entry: AuditEntry): Promise<string>
  /** Nothing was changed. */
  end(begun: string): Promise<void>
  /** `begun`: what this is the end of. `ifBegun`: only where nobody else has told it. */
  add(entry: AuditEntry, begun?: string, ifBegun?: boolean): Promise<void>
  /** What was begun before then (ms) and has not come to an end, by its id. */
  unended(before: number): Promise<Map<string, AuditEntry>>
  /** Newest first; `before`: the id of the last one of the page before. */
  list(limit: number, before?: string): Promise<{ items: AuditRecord[]; next: string | null }>
}

/** A stream is append-only by nature; what is older than this goes. */
const KEPT_MS = 90 * 86_400_000
/** Beyond this many of one actor, its own oldest go: nobody pushes out what others did. */
const OF_ONE_ACTOR = 10_000

const addScript = defineScript(import.meta.url, './audit-add.lua')

const entryShape = object<AuditEntry>({ at: number, actor: text, action: text, target: text, detail: text })

/** The audit log, one for the whole installation. */
export function createAudit(redis: Redis): Audit {
  return {
    async begin(entry) {
      const id = randomUUID()
      await redis.hset(globalKeys.auditBegun, id, JSON.stringify(entry))
      return id
    },
    end: async (begun) => void (await redis.hdel(globalKeys.auditBegun, begun)),
    async unended(before) {
      const all = Object.entries(await redis.hgetall(globalKeys.auditBegun))
      const entries = all.map(([id, json]) => [id, readJson(entryShape, json, 'A change that was begun')] as const)
      return new Map(entries.filter(([, { at }]) => at < before))
    },
    async add({ at, actor, action, target, detail }, begun = '', ifBegun = false) {
      const fields = ['at', String(at), 'actor', actor, 'action', action, 'target', target, 'detail', detail]
      const answer = await addScript.run(
        redis,
        [globalKeys.audit, globalKeys.auditBegun],
        [KEPT_MS, begun, ifBegun ? 1 : 0, ...fields],
      )
      const id = read(nullable(text), answer, 'An answer of audit-add.lua')
      if (id === null) return
      // A death in between leaves an entry that nobody counts: it goes by its age.
      const own = globalKeys.auditOf(hash('sha256', actor, 'base64url').slice(0, 22))
      const count = await redis.rpush(own, id)
      await redis.pexpire(own, KEPT_MS)
      if (count <= OF_ONE_ACTOR) return
      // One goes for one that came, however many come at once.
      const oldest = await redis.lpop(own)
      if (oldest) await redis.xdel(globalKeys.audit, oldest)
    },
    async list(limit, before) {
      const entries = await redis.xrevrange(
        globalKeys.audit,
        before === undefined ? '+' : `(${before}`,
        '-',
        'COUNT',
        limit + 1,
      )
      const items = entries.slice(0, limit).map(([id, fields]) => toRecord(id, fields))
      return { items, next: entries.length > limit ? (items.at(-1)?.id ?? null) : null }
    },
  }
}

function toRecord(id: string, fields: string[]): AuditRecord {
  const values = new Map<string, string>()
  for (let at = 0; at < fields.length; at += 2) values.set(fields[at] ?? '', fields[at + 1] ?? '')
  const read = (name: string) => values.get(name) ?? ''
  return {
    id,
    at: Number(read('at')),
    actor: read('actor'),
    action: read('action'),
    target: read('target'),
    detail: read('detail'),
  }
}
