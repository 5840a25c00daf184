import type { AppleSession } from '@flightroster/app-store-connect'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

export interface TakeBackDeps {
  store: Store
  session: Pick<AppleSession, 'deleteWebhook' | 'listWebhooks'>
}

/** A registration that no roster uses is on its way out: nobody joins it any more. */
export const isLeaving = ({ rosters }: AppleWebhook) => rosters.length === 0

/** The path at the API that Apple posts to. */
export const pathOf = (registrationId: string) => `/v1/apple-webhooks/${registrationId}`

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

/** Takes the registration of an app back that no roster has any more. */
export async function dropUnusedWebhook(deps: TakeBackDeps, appId: string): Promise<void> {
  const known = await deps.store.appleWebhooks.findByApp(appId)
  if (!known) return
  const living = await deps.store.rosters.findMany(known.rosters)
  if (known.rosters.some((id) => living.get(id)?.app.id === appId)) return
  await leaveWebhook(deps, known, (id) => known.rosters.includes(id))
}

/** Ends what somebody began: at Apple first, since a failure there leaves the registration here, to be taken back again. */
export async function takeBack({ store, session }: TakeBackDeps, webhook: AppleWebhook): Promise<void> {
  const { appleId } = webhook
  await deleteAtApple(session, [...(appleId === null ? [] : [appleId]), ...(await listUnnoted(session, webhook))])
  await store.appleWebhooks.forget(webhook)
}

/** What Apple may have made of this registration for a process that could not note it: it died, or lost Apple's answer. */
export async function listUnnoted(
  session: TakeBackDeps['session'],
  { id, app, isAsked }: AppleWebhook,
): Promise<string[]> {
  if (isAsked !== true) return []
  try {
    const rows = await session.listWebhooks(app)
    return rows.filter(({ url }) => url?.endsWith(pathOf(id))).map((row) => row.id)
  } catch (error) {
    // Without a list, the worst is one of the app's ten for nothing.
    if (isAppError(error, 'apple_not_found', 'apple_refused', 'apple_request_invalid', 'key_forbidden')) return []
    throw error
  }
}

/** What Apple does not have any more is deleted. */
export async function deleteAtApple(
  session: Pick<AppleSession, 'deleteWebhook'>,
  appleIds: Iterable<string>,
): Promise<void> {
  for (const appleId of new Set(appleIds)) {
    await session.deleteWebhook(appleId).catch((error: unknown) => {
      if (!isAppError(error, 'apple_not_found')) throw error
    })
  }
}
