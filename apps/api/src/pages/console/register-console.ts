import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { activityPageRoutes } from './activity-routes.ts'
import { auditPageRoutes } from './audit-routes.ts'
import { choiceRoutes } from './connect/choice-routes.ts'
import { keyRoutes } from './connect/key-routes.ts'
import { connectRosterRoutes } from './connect/roster-routes.ts'
import { idlePageRoutes } from './idle-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { membersRoutes } from './members-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { rosterRoutes } from './roster-routes.ts'
import { scimPageRoutes } from './scim/scim-routes.ts'
import { sourcePageRoutes } from './sources/source-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import { seatsRoutes } from './seats/seats-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { noticePageRoutes } from './told/notice-routes.ts'
import { webhookRoutes } from './told/webhook-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/** What program managers work with. */
export function registerConsole(app: ApiServer, deps: ApiDeps): void {
  rosterRoutes(app, deps)
  memberRoutes(app, deps)
  membersRoutes(app, deps)
  peopleRoutes(app, deps)
  planRoutes(app, deps)
  idlePageRoutes(app, deps)
  settingsRoutes(app, deps)
  uploadRoutes(app, deps)
  seatsRoutes(app, deps)
  tokenRoutes(app, deps)
  keyRoutes(app, deps)
  choiceRoutes(app, deps)
  connectRosterRoutes(app, deps)
  auditPageRoutes(app, deps)
  activityPageRoutes(app, deps)
  webhookRoutes(app, deps)
  noticePageRoutes(app, deps)
  sourcePageRoutes(app, deps)
  scimPageRoutes(app, deps)
}
