import type { Webhook } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { getWebhook } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import { mayReach, type Caller } from '../../plugins/auth.ts'

/** A token bound to rosters sees the webhooks that tell of nothing else. */
export function maySee(caller: Caller, { rosters }: Pick<Webhook, 'rosters'>): boolean {
  return caller.rosters === null || (rosters !== null && rosters.every((roster) => mayReach(caller, roster)))
}

/** Throws not_found, also for a webhook that the caller may not see. */
export async function getReachable(deps: ApiDeps, caller: Caller, id: string): Promise<Webhook> {
  const webhook = await getWebhook(deps, id)
  if (!maySee(caller, webhook)) throw new AppError('not_found', { message: `There is no webhook "${id}".` })
  return webhook
}

/** Throws where the caller would be told of rosters beyond its own. */
export function assertMayBeTold(caller: Caller, rosters: readonly string[] | null): void {
  if (caller.rosters === null) return
  if (rosters === null) throw new AppError('scope_missing', { message: "Name the token's rosters in `rosters`." })
  const beyond = rosters.find((roster) => !mayReach(caller, roster))
  if (beyond !== undefined) throw new AppError('roster_not_found', { message: `There is no roster "${beyond}".` })
}
