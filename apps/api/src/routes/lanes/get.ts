import {
  createLaneList,
  describeLanes,
  filterLanes,
  LANE_STATES,
  type DescribedLane,
} from '@flightroster/core/usecases/lane-overview'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import {
  BUDGET_EXAMPLE,
  LANE_EXAMPLE,
  budgetStatus,
  laneStatus,
  toBudgetStatus,
  toLaneStatus,
} from '../../schemas/lane.ts'
import { cursor, limit, pageOf, readCursor, toCursor } from '../../schemas/paging.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'

const query = z.strictObject({
  state: z.enum(LANE_STATES).optional(),
  q: z.string().max(64).optional().describe('Part of a team key id'),
  limit,
  cursor,
})

const lane = z.object({
  teamKey: z.string(),
  state: z.enum(LANE_STATES),
  problem: reportedProblem.nullable(),
  budget: budgetStatus,
  lane: laneStatus,
})
giveExample(lane, {
  teamKey: 'demo',
  state: 'busy',
  problem: null,
  budget: BUDGET_EXAMPLE,
  lane: LANE_EXAMPLE,
})

export function listLanesRoute(app: ApiServer, deps: ApiDeps): void {
  const lanes = createLaneList(deps)
  app.get(
    '/v1/lanes',
    {
      schema: {
        tags: ['lanes'],
        operationId: 'listLanes',
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
      // A caller that has just paused a lane sees it paused; the pages after the first one are of the same reading.
      if (after === undefined) lanes.forget()
      const ranked = filterLanes(await lanes.all(), { state, q })
        .map((entry) => ({ entry, rank: `${LANE_STATES.indexOf(entry.state)}${entry.teamKey}` }))
        .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      const start = after === undefined ? 0 : ranked.findIndex(({ rank }) => rank > after)
      const page = start < 0 ? [] : ranked.slice(start, start + limit)
      const described = await describeLanes(
        deps,
        page.map(({ entry }) => entry),
      )
      const last = page.at(-1)
      return {
        items: described.map(toLane),
        nextCursor: last && start + page.length < ranked.length ? toCursor(list, last.rank) : null,
      }
    },
  )
}

function toLane(described: DescribedLane): z.output<typeof lane> {
  return {
    teamKey: described.teamKey,
    state: described.state,
    problem: toReportedProblem(described.problem ?? described.blocked),
    budget: toBudgetStatus(described.budget),
    lane: toLaneStatus(described),
  }
}
