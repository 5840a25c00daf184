import type { TeamKeyDescription } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import { time, toTimeOrNull } from './instant.ts'

export const laneStatus = z.object({
  waiting: z.number().int(),
  active: z.number().int(),
  delayed: z.number().int(),
  failed: z.number().int(),
  paused: z.boolean(),
  nextVisitAt: time.nullable(),
  estimatedDoneAt: time.nullable(),
})

export const budgetStatus = z.object({
  limit: z.number().nullable(),
  remaining: z.number().nullable(),
  observedAt: time.nullable(),
})

/** Named fields only: what is described of a lane may know more than callers are told. */
export function toLaneStatus(lane: TeamKeyDescription['lane']): z.output<typeof laneStatus> {
  const { waiting, active, delayed, failed, paused } = lane
  const nextVisitAt = toTimeOrNull(lane.nextVisitAt)
  return { waiting, active, delayed, failed, paused, nextVisitAt, estimatedDoneAt: toTimeOrNull(lane.estimatedDoneAt) }
}

export function toBudgetStatus(budget: TeamKeyDescription['budget']): z.output<typeof budgetStatus> {
  return { ...budget, observedAt: toTimeOrNull(budget.observedAt) }
}
