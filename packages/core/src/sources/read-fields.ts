import { parseEmail } from '../domain/email.ts'
import { isObject } from '../domain/shape.ts'
import { PayloadError } from './source-kind.ts'

type Fields = Record<string, unknown>

/** Readers of payloads from outside: own properties only, and undefined for what is not of the type expected. */
export function fieldsOf(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined
}

export function field(value: unknown, ...path: string[]): unknown {
  let found: unknown = value
  for (const name of path) {
    const fields = fieldsOf(found)
    if (!fields || !Object.hasOwn(fields, name)) return undefined
    found = fields[name]
  }
  return found
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Member ids have at most 256 bytes; ids and names of plans are kept by the same measure. */
const LONGEST_ID = 256

export function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  if (typeof text !== 'string' || text === '' || /\p{Cc}/u.test(text)) return undefined
  return Buffer.byteLength(text) <= LONGEST_ID ? text : undefined
}

/** Throws PayloadError. */
export function needId(value: unknown, place: string): string {
  const id = idOf(value)
  if (id === undefined) throw new PayloadError(`${place} holds no id.`)
  return id
}

const YEAR_10000 = Date.UTC(10_000, 0)

/** ms; undefined for what is no time of this era: what JSON can't hold would be kept as a record that nobody can read. */
export function timeOf(ms: number): number | undefined {
  return ms >= 0 && ms < YEAR_10000 ? ms : undefined
}

export function emailOf(value: unknown): string | null {
  return typeof value === 'string' ? parseEmail(value) : null
}

/** `Ann Lee` → Ann, Lee: the senders that tell one name tell it this way round. */
export function splitName(value: unknown): { firstName: string | null; lastName: string | null } {
  const words = typeof value === 'string' ? value.trim().split(/\s+/).filter(Boolean) : []
  return { firstName: words[0] ?? null, lastName: words.slice(1).join(' ') || null }
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
