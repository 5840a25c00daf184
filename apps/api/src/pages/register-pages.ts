import { createLaneList } from '@flightroster/core/usecases/lane-overview'
import type { ApiDeps } from '../deps.ts'
import { usePageSecurity } from '../plugins/page-security.ts'
import { useSessions } from '../plugins/sessions.ts'
import type { ApiServer } from '../server.ts'
import { AppError } from '@flightroster/core/errors'
import { registerConsole } from './console/register-console.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { useFormParsers } from './forms.ts'
import { laneRoutes } from './lanes/routes.ts'
import { loginRoutes } from './login/routes.ts'
import { memberPageRoutes } from './member/routes.ts'
import { CHANGE, VIEW } from './page-config.ts'
import { measureLanes } from '../measure-lanes.ts'
import { usePageErrors } from './page-errors.ts'
import { referenceRoutes } from './reference/routes.ts'
import { startPageRoute } from './start/routes.ts'
import { styleRoute } from './style.ts'

/** The pages for people: login, lanes, Bull Board and the console, in a scope with rules of its own. */
export async function registerPages(app: ApiServer, deps: ApiDeps): Promise<void> {
  await app.register(async (pages: ApiServer) => {
    const laneList = createLaneList(deps)
    measureLanes(deps, laneList)
    useFormParsers(pages)
    usePageErrors(pages, deps)
    usePageSecurity(pages, deps)
    await useSessions(pages, deps)
    styleRoute(pages)
    startPageRoute(pages)
    referenceRoutes(pages)
    loginRoutes(pages, deps)
    laneRoutes(pages, deps, laneList)
    dashboardRoutes(pages, deps, laneList)
    registerConsole(pages, deps)
    memberPageRoutes(pages, deps)
    unknownPageRoutes(pages)
  })
}

/** Whatever has no page: whoever may not look is told so first, like anywhere else here. */
function unknownPageRoutes(app: ApiServer): void {
  const notFound = () => {
    throw new AppError('not_found', { message: 'There is no such page.' })
  }
  for (const url of ['/console/*', '/lanes/*']) {
    app.get(url, VIEW, notFound)
    app.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url, ...CHANGE, handler: notFound })
  }
}
