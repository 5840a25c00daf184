import { describeTeamKey, type TeamKeyDescription } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { budgetStatus, laneStatus, toBudgetStatus, toLaneStatus } from '../../schemas/lane.ts'
import { cursor, limit, pageOf, readCursor, toCursor } from '../../schemas/paging.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'
import type { ApiServer } from '../../server.ts'

/** In the order in which they are listed: what needs a person first. */
const STATES = ['blocked', 'failing', 'paused', 'busy', 'idle'] as const
type LaneState = (typeof STATES)[number]

const query = z.strictObject({
  state: z.enum(STATES).optional(),
  q: z.string().max(64).optional().describe('Part of a team key id'),
  limit,
  cursor,
})

const lane = z.object({
  teamKey: z.string(),
  state: z.enum(STATES),
  problem: reportedProblem.nullable(),
  budget: budgetStatus,
  lane: laneStatus,
})

export function listLanesRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/lanes',
    {
      schema: {
        tags: ['lanes'],
        summary: 'Every lane, blocked and failing first',
        querystring: query,
        response: { 200: pageOf(lane) },
      },
      config: { scope: 'admin' },
    },
    async (request) => {
      const { state, q, limit, cursor } = request.query
      const list = `lanes:${state ?? ''}:${q ?? ''}`
      const after = readCursor(list, cursor)
      const teamKeys = (await deps.store.teamKeys.list()).filter((teamKey) => teamKey.id.includes(q ?? ''))
      const described = await Promise.all(teamKeys.map((teamKey) => describeTeamKey(deps, teamKey)))
      const lanes = described
        .map((teamKey) => ({ teamKey, state: stateOf(teamKey) }))
        .map((entry) => ({ ...entry, rank: `${STATES.indexOf(entry.state)}${entry.teamKey.id}` }))
        .filter((entry) => state === undefined || entry.state === state)
        .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      const start = after === undefined ? 0 : lanes.findIndex((entry) => entry.rank > after)
      const page = start < 0 ? [] : lanes.slice(start, start + limit)
      const last = page.at(-1)
      return {
        items: page.map(toLane),
        nextCursor: last && start + page.length < lanes.length ? toCursor(list, last.rank) : null,
      }
    },
  )
}

function stateOf({ blocked, lane }: TeamKeyDescription): LaneState {
  if (blocked) return 'blocked'
  if (lane.failed > 0) return 'failing'
  if (lane.paused) return 'paused'
  return lane.waiting + lane.active + lane.delayed > 0 ? 'busy' : 'idle'
}

function toLane({ teamKey, state }: { teamKey: TeamKeyDescription; state: LaneState }): z.output<typeof lane> {
  return {
    teamKey: teamKey.id,
    state,
    problem: toReportedProblem(teamKey.problem),
    budget: toBudgetStatus(teamKey.budget),
    lane: toLaneStatus(teamKey.lane),
  }
}
