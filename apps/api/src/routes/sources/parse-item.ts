import type { ParseItem } from '@flightroster/core/usecases/sources'
import { parseEvent } from '../events/parse-event.ts'

/** An event that a generic source's expression made; a sentence where it can't be used. */
export const parseItem: ParseItem = (item, source) => {
  const { outcome } = parseEvent(item, { isCloudEvent: false, idempotencyKey: undefined })
  if (outcome.kind === 'rejected') return `${outcome.code}: ${outcome.detail}`
  return { ...outcome.event, source, origin: 'source' }
}
