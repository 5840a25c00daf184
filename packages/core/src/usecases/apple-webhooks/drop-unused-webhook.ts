import type { AppleSession } from '@flightroster/app-store-connect'
import type { Store } from '../../store/index.ts'
import { deleteAtApple } from './delete-at-apple.ts'

/** Takes the registration of an app back that no roster has any more. */
export async function dropUnusedWebhook(
  deps: { store: Store; session: Pick<AppleSession, 'deleteWebhook'> },
  appId: string,
): Promise<void> {
  const webhooks = deps.store.appleWebhooks
  const known = await webhooks.findByApp(appId)
  if (!known) return
  const living = await deps.store.rosters.findMany(known.rosters)
  if (known.rosters.some((id) => living.get(id)?.app.id === appId)) return
  if (known.appleId !== null) await deleteAtApple(deps.session, known.appleId)
  await webhooks.forget(known)
}
