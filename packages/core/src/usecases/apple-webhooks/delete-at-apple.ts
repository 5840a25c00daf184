import type { AppleSession } from '@flightroster/app-store-connect'
import { isAppError } from '../../errors.ts'

/** What Apple does not have any more is deleted. */
export async function deleteAtApple(session: Pick<AppleSession, 'deleteWebhook'>, appleId: string): Promise<void> {
  await session.deleteWebhook(appleId).catch((error: unknown) => {
    if (!isAppError(error, 'apple_not_found')) throw error
  })
}
