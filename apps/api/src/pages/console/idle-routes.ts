import { listIdle, startReclaim } from '@flightroster/core/usecases/idle'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { CHANGE, VIEW } from '../page-config.ts'
import { path } from '../html.ts'
import { note } from '../note.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { IDLE_PAGE_SIZE, idlePage } from './idle-page.ts'
import { createMemberNames } from './member-link.ts'
import { rosterIdOf } from './roster-routes.ts'

export function idlePageRoutes(app: ApiServer, deps: ApiDeps): void {
  const names = createMemberNames(deps.sealer)
  app.get('/console/rosters/:rosterId/idle', VIEW, async (request, reply) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    const list = await listIdle(deps, roster)
    const last = Math.max(1, Math.ceil(list.candidates.length / IDLE_PAGE_SIZE))
    const page = Math.min(last, Math.max(1, Math.trunc(Number((request.query as { page?: string }).page)) || 1))
    const now = deps.clock.now()
    return sendHtml(
      reply,
      idlePage({ user: request.user, privacy: privacyOf(request.user), now, roster, list, names, page }),
    )
  })

  app.post('/console/rosters/:rosterId/idle/reclaim', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const roster = await getRoster(deps, rosterIdOf(request))
    assertSettled(roster)
    const { id } = await startReclaim(askedBy(deps, request), { roster, dryRun: false, members: null })
    await note(deps, request, 'roster.reclaim', `roster:${roster.id}`, id)
    return reply.redirect(path`/console/rosters/${roster.id}/plans/${id}`, 303)
  })
}
