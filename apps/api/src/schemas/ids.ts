import { z } from 'zod'

const MAX_BYTES = 256
// Lone surrogates have no UTF-8 form: two ids that differ in them would be stored as one.
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u

/** The upstream's own id: 1 to 256 UTF-8 bytes without control characters. */
export function isMemberId(id: string): boolean {
  if (id.length === 0 || id.length > MAX_BYTES || FORBIDDEN.test(id)) return false
  return id.length * 3 <= MAX_BYTES || Buffer.byteLength(id) <= MAX_BYTES
}

/** Of rosters, team keys and webhooks. */
export const recordId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'Use 1 to 64 of A-Z a-z 0-9 . _ -')

/** In a path that reads: whatever fits no id is not found, like any other unknown one. */
export const anyId = z.string()

/** An id of the upstream system for a person. */
export const memberId = z.string().refine(isMemberId, 'Use 1 to 256 UTF-8 bytes without control characters.')
