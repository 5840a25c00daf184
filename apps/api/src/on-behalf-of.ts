import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from './deps.ts'
import { boundId } from './plugins/auth.ts'

/** For what asks App Store Connect while a caller waits: within the share of the quota that this caller has. */
export function onBehalfOf(deps: ApiDeps, { caller }: FastifyRequest) {
  const bound = boundId(caller)
  return { ...deps, gateFor: (teamKey: string) => deps.quota.gateOf(teamKey, bound) }
}

/** For what is recorded because somebody asks: a roster's activity tells who, and with which request. `by`: where nobody has a name. */
export function askedBy(deps: ApiDeps, { caller, user, id }: FastifyRequest, by?: string) {
  const who = by ?? (caller ? `token:${caller.id}` : `user:${user.name}`)
  return { ...deps, asker: { by: who, requestId: id } }
}

export type AskedDeps = ReturnType<typeof askedBy>
export type AskingDeps = ReturnType<typeof onBehalfOf>

/** For work that a worker will do, with calls of its own, because a caller asks for it: `charge` throws rate_limited. */
export function chargedTo(deps: ApiDeps, { caller }: FastifyRequest, teamKey: string) {
  const bound = boundId(caller)
  return { ...deps, charge: (calls: number) => deps.quota.charge(teamKey, bound, calls) }
}

/** The same where only a token bound to rosters has to be kept from what belongs to others. */
export async function chargeBound(
  deps: ApiDeps,
  { caller }: FastifyRequest,
  teamKey: string,
  calls: number,
): Promise<void> {
  const bound = boundId(caller)
  if (bound !== null) await deps.quota.charge(teamKey, bound, calls)
}
