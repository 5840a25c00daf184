import type { TellableFact, Webhook } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { getWebhook } from '@flightroster/core/usecases/callbacks'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { mayReach, mayReachAll, type Caller } from '../../plugins/auth.ts'

/** The webhook, where it is the caller's to see; otherwise as if it were not there. */
export async function reachWebhook(deps: ApiDeps, { caller }: FastifyRequest, id: string): Promise<Webhook> {
  const webhook = await getWebhook(deps, id)
  if (!mayReachAll(caller, webhook.rosters)) throw webhookNotFound(id)
  return webhook
}

function webhookNotFound(id: string): AppError {
  return new AppError('not_found', { message: `There is no webhook "${id}".`, details: { webhook: id } })
}

/** A webhook may have been another's, or for more rosters, when a fact was on its way to it. `keys`: team keys of the caller's rosters. */
export function mayReadFact(caller: Caller, keys: ReadonlySet<string>, fact: TellableFact): boolean {
  if (caller.rosters === null || fact.type === 'webhook.test') return true
  return 'roster' in fact ? mayReach(caller, fact.roster) : 'teamKey' in fact && keys.has(fact.teamKey)
}

export async function teamKeysOf(deps: ApiDeps, { rosters }: Caller): Promise<ReadonlySet<string>> {
  const found = await deps.store.rosters.findMany([...(rosters ?? [])])
  return new Set([...found.values()].map(({ teamKey }) => teamKey))
}
