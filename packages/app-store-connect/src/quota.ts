import type { Headers } from './headers.ts'
import type { QuotaReading } from './types.ts'

const FIELDS: Readonly<Record<string, keyof QuotaReading>> = {
  'user-hour-lim': 'hourLimit',
  'user-hour-rem': 'hourRemaining',
  'user-minute-lim': 'minuteLimit',
  'user-minute-rem': 'minuteRemaining',
}

/** @internal */
export const NO_QUOTA: QuotaReading = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }

/**
 * `x-rate-limit: user-hour-lim:3600;user-hour-rem:3577;` (Apple, "Identifying Rate Limits"). The minute part, a second
 * header line and commas were seen live; either part may be missing. Anything that is no count is passed over.
 */
export function parseQuota(headers: Headers): QuotaReading {
  const reading: QuotaReading = { ...NO_QUOTA }
  const lines = [headers['x-rate-limit'] ?? []].flat()
  for (const part of lines.flatMap((line) => line.split(/[;,]/))) {
    const [name = '', value = ''] = part.split(/[:=]/, 2).map((text) => text.trim())
    const lowerName = name.toLowerCase()
    const field = Object.hasOwn(FIELDS, lowerName) ? FIELDS[lowerName] : undefined
    const count = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (field === undefined || !Number.isSafeInteger(count)) continue
    // Two lines that disagree: the smaller is the one that cannot hurt.
    reading[field] = Math.min(reading[field] ?? count, count)
  }
  return reading
}
