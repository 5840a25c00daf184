import { getRoster } from '@flightroster/core/usecases/rosters'
import { createToken } from '@flightroster/core/usecases/tokens'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { note } from '../note.ts'
import { CHANGE } from '../page-config.ts'
import { sendHtml } from '../send-html.ts'
import { baseUrlOf, connectedPage } from './connect/connected-page.ts'
import { rosterIdOf } from './roster-routes.ts'

/** A token with which a system may send events for this one roster; shown once, in the line to copy. */
export function tokenRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post('/console/rosters/:rosterId/token', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const roster = await getRoster(deps, rosterIdOf(request))
    const name = `console-${roster.id}`
    const { token, record } = await createToken(deps, {
      name,
      scopes: ['events:write'],
      rosters: [roster.id],
      emailAttribute: null,
    })
    await note(deps, request, 'token.create', `token:${record.id}`, name)
    return sendHtml(reply, connectedPage({ user: request.user, roster, base: baseUrlOf(deps, request), token }))
  })
}
