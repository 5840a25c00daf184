import type { Operation } from '../operation.ts'
import { appOperations } from './apps.ts'
import { reviewOperations } from './beta-app-review-submissions.ts'
import { groupOperations } from './beta-groups.ts'
import { invitationOperations } from './beta-tester-invitations.ts'
import { testerOperations } from './beta-testers.ts'
import { notificationOperations } from './build-beta-notifications.ts'
import { buildOperations } from './builds.ts'
import { usageOperations } from './usages.ts'
import { webhookOperations } from './webhooks.ts'

/** Every operation the emulator serves; any other path is a 404. */
export const operations: Operation[] = [
  ...appOperations,
  ...groupOperations,
  ...testerOperations,
  ...invitationOperations,
  ...buildOperations,
  ...notificationOperations,
  ...usageOperations,
  ...reviewOperations,
  ...webhookOperations,
]
