import { AppError } from '@flightroster/core/errors'
import { makeToken } from '@flightroster/core/secrets'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { createToken } from '@flightroster/core/usecases/tokens'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { secretBytes, untilThere, wasSentBefore } from '../making.ts'
import { note } from '../note.ts'
import { CHANGE } from '../page-config.ts'
import { sendHtml } from '../send-html.ts'
import { baseUrlOf, connectedPage } from './connect/connected-page.ts'
import { rosterIdOf } from './roster-routes.ts'

const MAKING_MS = 2_000

/** A token with which a system may send events for this one roster; shown once, in the line to copy. */
export function tokenRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post('/console/rosters/:rosterId/token', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const roster = await getRoster(deps, rosterIdOf(request))
    const bytes = secretBytes(deps, request, `token for ${roster.id}`)
    const show = (token: string) =>
      sendHtml(reply, connectedPage({ user: request.user, roster, base: baseUrlOf(deps, request), token }))
    // Sent again, it makes nothing anew: a token that was deleted meanwhile would be good once more.
    if (await wasSentBefore(deps, request)) {
      const { token, id } = makeToken(bytes)
      if (await untilThere(() => deps.store.tokens.find(id), MAKING_MS)) return show(token)
      throw new AppError('conflict', { message: 'This form was sent before. Open the page anew for another token.' })
    }
    const name = `console-${roster.id}`
    const input = { name, scopes: ['events:write'], rosters: [roster.id], emailAttribute: null }
    const { token, record } = await createToken(deps, input, bytes)
    await note(deps, request, 'token.create', `token:${record.id}`, name)
    return show(token)
  })
}
