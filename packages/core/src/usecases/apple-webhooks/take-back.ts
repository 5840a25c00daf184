import type { AppleSession } from '@flightroster/app-store-connect'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

export interface TakeBackDeps {
  store: Store
  session: Pick<AppleSession, 'deleteWebhook'>
}

/** A registration that no roster uses is on its way out: nobody joins it any more. */
export const isLeaving = ({ rosters }: AppleWebhook) => rosters.length === 0

/**
 * These rosters use the registration no more; it is taken back at Apple once nobody does. In this order: a roster that joins in the
 * same moment either keeps it, or finds it on its way out and gets another one.
 */
export async function leaveWebhook(
  deps: TakeBackDeps,
  known: AppleWebhook,
  isOut: (roster: string) => boolean,
): Promise<void> {
  const left = await deps.store.appleWebhooks.update(known.id, (current) => ({
    ...current,
    rosters: current.rosters.filter((roster) => !isOut(roster)),
  }))
  if (left && isLeaving(left)) await takeBack(deps, left)
}

/** Ends what somebody began: at Apple first, since a failure there leaves the registration here, to be taken back again. */
export async function takeBack({ store, session }: TakeBackDeps, webhook: AppleWebhook): Promise<void> {
  if (webhook.appleId !== null) await deleteAtApple(session, webhook.appleId)
  await store.appleWebhooks.forget(webhook)
}

/** What Apple does not have any more is deleted. */
export async function deleteAtApple(session: TakeBackDeps['session'], appleId: string): Promise<void> {
  await session.deleteWebhook(appleId).catch((error: unknown) => {
    if (!isAppError(error, 'apple_not_found')) throw error
  })
}
