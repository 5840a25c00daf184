import {
  describeLanes,
  filterLanes,
  LANE_STATES,
  type LaneList,
  type LaneState,
} from '@flightroster/core/usecases/lane-overview'
import { checkTeamKey, getTeamKey, type Finding } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { query } from '../html.ts'
import { notice } from '../layout.ts'
import { carryOut } from '../note.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { checkedPage, lanesPage } from './page.ts'
import { paramOf, queryOf } from '../../request-texts.ts'

const PER_PAGE = 50

function countStates(lanes: readonly { state: LaneState }[]): Record<LaneState, number> {
  const counts: Record<LaneState, number> = { blocked: 0, failing: 0, paused: 0, busy: 0, idle: 0 }
  for (const { state } of lanes) counts[state]++
  return counts
}

export function laneRoutes(app: ApiServer, deps: ApiDeps, laneList: LaneList): void {
  app.get('/lanes', { schema: { hide: true }, config: { scope: 'public', page: 'viewer' } }, async (request, reply) => {
    const asked = queryOf(request)
    const filter = { state: LANE_STATES.find((state) => state === asked.state), q: (asked.q ?? '').slice(0, 64) }
    const all = await laneList.all()
    const found = filterLanes(all, filter)
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE))
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(asked.page)) || 1))
    const counts = countStates(all)
    return sendHtml(
      reply,
      lanesPage({
        user: request.user,
        privacy: privacyOf(request.user),
        now: deps.clock.now(),
        lanes: await describeLanes(deps, found.slice((page - 1) * PER_PAGE, page * PER_PAGE)),
        counts,
        total: found.length,
        filter,
        page,
        pages,
        notice: toNotice(asked.done, filter.q),
      }),
    )
  })

  for (const verb of ['pause', 'resume'] as const) {
    app.post(
      `/lanes/:teamKeyId/${verb}`,
      { schema: { hide: true }, config: { scope: 'public', page: 'operator', takesBody: true } },
      async (request, reply) => {
        const teamKeyId = paramOf(request, 'teamKeyId')
        const about = { action: `lane.${verb}`, target: `team-key:${teamKeyId}` }
        await carryOut(deps, request, about, () => deps.lanes[verb](teamKeyId))
        laneList.forget()
        return reply.redirect(`/lanes${query({ q: teamKeyId, done: verb })}`, 303)
      },
    )
  }

  app.post(
    '/lanes/:teamKeyId/check',
    { schema: { hide: true }, config: { scope: 'public', page: 'operator', takesBody: true } },
    async (request, reply) => {
      const teamKeyId = paramOf(request, 'teamKeyId')
      const teamKey = await getTeamKey(deps, teamKeyId)
      const about = { action: 'team_key.check', target: `team-key:${teamKeyId}`, detailOf: tellFindings }
      const findings = await carryOut(deps, request, about, () => checkTeamKey(onBehalfOf(deps, request), teamKey))
      laneList.forget()
      return sendHtml(reply, checkedPage(request.user, teamKeyId, findings))
    },
  )
}

function tellFindings(findings: readonly Finding[]): string {
  const failed = findings.filter(({ ok }) => ok === false).map(({ check }) => check)
  return failed.length === 0 ? 'passed' : `failed: ${failed.join(', ')}`
}

function toNotice(done: string | undefined, teamKey: string) {
  if (done === 'pause') {
    return notice(
      'done',
      `The lane “${teamKey}” is paused.`,
      'Changes are still recorded; nothing is carried out until it is resumed.',
    )
  }
  return done === 'resume' ? notice('done', `The lane “${teamKey}” goes on.`) : undefined
}
