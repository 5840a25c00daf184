import type { TeamKeyDescription } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import { time, toTimeOrNull } from './instant.ts'
import { giveExample } from './example.ts'

/** How a lane stands, in answers: its jobs by state, and what stops it. */
export const laneStatus = z.object({
  waiting: z.number().int(),
  active: z.number().int(),
  delayed: z.number().int(),
  failed: z.number().int(),
  paused: z.boolean(),
  nextVisitAt: time.nullable(),
  estimatedDoneAt: time.nullable(),
})
/** As documents show a lane. */
export const LANE_EXAMPLE = {
  waiting: 3,
  active: 0,
  delayed: 0,
  failed: 0,
  paused: false,
  nextVisitAt: '2026-11-24T10:00:03.000Z',
  estimatedDoneAt: '2026-11-24T10:00:05.000Z',
}
giveExample(laneStatus, LANE_EXAMPLE)

/** What is left of the hourly quota of a team key, in answers. */
export const budgetStatus = z.object({
  limit: z.number().nullable(),
  remaining: z.number().nullable(),
  observedAt: time.nullable(),
})
/** As documents show a budget. */
export const BUDGET_EXAMPLE = { limit: 3600, remaining: 3541, observedAt: '2026-11-24T10:00:03.000Z' }
giveExample(budgetStatus, BUDGET_EXAMPLE)

/** Named fields only: what is described of a lane may know more than callers are told. */
export function toLaneStatus(lane: Omit<TeamKeyDescription['lane'], 'backlogDoneAt'>): z.output<typeof laneStatus> {
  const { waiting, active, delayed, failed, paused } = lane
  const nextVisitAt = toTimeOrNull(lane.nextVisitAt)
  return { waiting, active, delayed, failed, paused, nextVisitAt, estimatedDoneAt: toTimeOrNull(lane.estimatedDoneAt) }
}

/** The budget as answers tell it. */
export function toBudgetStatus(budget: TeamKeyDescription['budget']): z.output<typeof budgetStatus> {
  return { ...budget, observedAt: toTimeOrNull(budget.observedAt) }
}
