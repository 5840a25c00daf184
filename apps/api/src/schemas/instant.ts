import { z } from 'zod'

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const MINUTE_MS = 60_000

/** RFC 3339 with any offset and precision to ms (what is finer is cut); undefined where it is none. */
export function parseInstant(text: string): number | undefined {
  const match = RFC3339.exec(text)
  if (!match) return undefined
  // One by one: a batch of 1,000 has as many times, and lists made on the way would be most of the work.
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const hour = Number(match[4])
  const minute = Number(match[5])
  const second = Number(match[6])
  const offset = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)
  // Second 60 is a leap second: it counts as the next one.
  const isTime = hour < 24 && minute < 60 && second <= 60 && Number(match[9] ?? 0) < 24 && Number(match[10] ?? 0) < 60
  if (!isTime || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  return (
    toUtc(year, month, day) +
    ((hour * 60 + minute) * 60 + second) * 1_000 +
    ms -
    (match[8] === '-' ? -offset : offset) * MINUTE_MS
  )
}

/** Midnight. Date.UTC takes the years 0 to 99 for 1900 and later. */
function toUtc(year: number, month: number, day: number): number {
  return year >= 100 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day)
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** How a time is told: RFC 3339 in UTC. */
export const time = z.string().describe('RFC 3339, UTC')

/** A time (ms) as answers tell it: RFC 3339, UTC. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** The same; null where there is none. */
export function toTimeOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : toTime(ms)
}
