import { AppError } from '@flightroster/core/errors'
import type { FastifyRequest } from 'fastify'
import { hash } from 'node:crypto'
import type { ApiDeps } from '../../deps.ts'
import { withinStorePatience } from '../../plugins/store-patience.ts'
import type { ParsedEvent } from './parse-event.ts'

const DAY_MS = 86_400_000

/**
 * Binds the caller's key to this very event, and makes the key its id where it has none of its own. Throws
 * idempotency_key_reused where the key came with another event before. Undefined for an event that can't be used anyway.
 */
export async function bindKey(
  deps: ApiDeps,
  { caller }: FastifyRequest,
  key: string,
  parsed: readonly ParsedEvent[],
): Promise<{ release(): Promise<void> } | undefined> {
  const outcome = parsed[0]?.outcome
  if (outcome?.kind !== 'event') return undefined
  const { event } = outcome
  // Two callers may use one key for two events.
  if (event.id === key) event.source = `${caller.id}\0${event.source}`
  const ref = hash('sha256', `${caller.id}\0${key}`, 'base64url').slice(0, 22)
  const body = hash('sha256', JSON.stringify(event), 'base64url').slice(0, 22)
  const keys = deps.store.idempotencyKeys
  const claimed = await withinStorePatience(keys.claim(ref, body, deps.dedupDays * DAY_MS), deps.storePatienceMs)
  if (claimed === 'other') throw new AppError('idempotency_key_reused')
  return claimed === 'new' ? { release: () => keys.release(ref) } : undefined
}
