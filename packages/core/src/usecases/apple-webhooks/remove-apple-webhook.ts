import { AppError } from '../../errors.ts'
import { getRoster } from '../get-roster.ts'
import { getTeamKey, openSession } from '../team-keys/index.ts'
import { deleteAtApple } from './delete-at-apple.ts'
import type { AppleWebhookDeps } from './register-apple-webhook.ts'

/** Takes the registration back, once no other roster of the app uses it. Throws not_found, and what Apple refuses with. */
export async function removeAppleWebhook(
  deps: Omit<AppleWebhookDeps, 'publicUrl' | 'clock'>,
  rosterId: string,
): Promise<void> {
  const roster = await getRoster(deps, rosterId)
  const webhooks = deps.store.appleWebhooks
  const known = await webhooks.findByApp(roster.app.id)
  if (!known?.rosters.includes(rosterId)) {
    throw new AppError('not_found', { message: `The roster "${rosterId}" has no webhook registered with Apple.` })
  }
  const living = await deps.store.rosters.findMany(known.rosters)
  const others = known.rosters.filter((id) => id !== rosterId && living.get(id)?.app.id === known.app)
  if (others.length > 0) {
    await webhooks.update(known.id, (current) => ({
      ...current,
      rosters: current.rosters.filter((id) => id !== rosterId),
    }))
    return
  }
  if (known.appleId !== null) {
    const session = openSession(deps, await getTeamKey(deps, roster.teamKey, 'team_key_not_found'))
    // At Apple first: a failure leaves the registration here, to be taken back again.
    await deleteAtApple(session, known.appleId)
  }
  await webhooks.forget(known)
}
