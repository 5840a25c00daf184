const MAX_BYTES = 256
// Lone surrogates have no UTF-8 form: two ids that differ in them would be stored as one.
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u

/** The upstream's own id: 1 to 256 UTF-8 bytes without control characters. */
export function isMemberId(id: string): boolean {
  if (id.length === 0 || id.length > MAX_BYTES || FORBIDDEN.test(id)) return false
  return id.length * 3 <= MAX_BYTES || Buffer.byteLength(id) <= MAX_BYTES
}
