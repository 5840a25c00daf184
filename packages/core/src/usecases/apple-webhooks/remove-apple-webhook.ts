import { AppError } from '../../errors.ts'
import { getRoster } from '../get-roster.ts'
import { getTeamKey, openSession } from '../team-keys/index.ts'
import type { AppleWebhookDeps } from './register-apple-webhook.ts'
import { isLeaving, leaveWebhook, type TakeBackDeps } from './take-back.ts'

/** Takes the registration back, once no other roster of the app uses it. Throws not_found, and what Apple refuses with. */
export async function removeAppleWebhook(
  deps: Omit<AppleWebhookDeps, 'publicUrl' | 'clock'>,
  rosterId: string,
): Promise<void> {
  const roster = await getRoster(deps, rosterId)
  const known = await deps.store.appleWebhooks.findByApp(roster.app.id)
  if (!known || !(isLeaving(known) || known.rosters.includes(rosterId))) {
    throw new AppError('not_found', { message: `The roster "${rosterId}" has no webhook registered with Apple.` })
  }
  const living = await deps.store.rosters.findMany(known.rosters)
  const gone = known.rosters.filter((id) => id === rosterId || living.get(id)?.app.id !== known.app)
  // The last one alone needs Apple.
  const open = async () => openSession(deps, await getTeamKey(deps, roster.teamKey, 'team_key_not_found'))
  const session: TakeBackDeps['session'] = {
    deleteWebhook: async (appleId) => (await open()).deleteWebhook(appleId),
    listWebhooks: async (appId) => (await open()).listWebhooks(appId),
  }
  await leaveWebhook({ store: deps.store, session }, known, (id) => gone.includes(id))
}
