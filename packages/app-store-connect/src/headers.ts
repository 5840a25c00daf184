/** Header values as undici gives them: lower-case names, an array where a header came in several lines. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const LONGEST_RETRY_AFTER_MS = 3_600_000

export function firstHeader(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** IMF-fixdate (RFC 9110, 5.6.7) to ms; null for all else: Date.parse alone reads "bananas 5" as a day in May. */
export function parseHttpDate(value: string | undefined): number | null {
  if (value === undefined || !HTTP_DATE.test(value.trim())) return null
  const ms = Date.parse(value)
  return Number.isFinite(ms) ? ms : null
}

/** Seconds or an HTTP date, as ms from `now`, clamped to 0..1 h; undefined when absent or nonsense. */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const value = firstHeader(headers, 'retry-after')?.trim()
  if (value === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return clamp(Number(value) * 1000)
  const date = parseHttpDate(value)
  if (date === null) return undefined
  // A date is Apple's, so it is measured by Apple's clock where the answer tells it.
  return clamp(date - (parseHttpDate(firstHeader(headers, 'date')) ?? now))
}

function clamp(ms: number): number {
  return Math.min(Math.max(Math.round(ms), 0), LONGEST_RETRY_AFTER_MS)
}
