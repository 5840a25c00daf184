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

export function toLaneStatus(lane: TeamKeyDescription['lane']): z.output<typeof laneStatus> {
  return { ...lane, nextVisitAt: toTimeOrNull(lane.nextVisitAt), estimatedDoneAt: toTimeOrNull(lane.estimatedDoneAt) }
}

export function toBudgetStatus(budget: TeamKeyDescription['budget']): z.output<typeof budgetStatus> {
  return { ...budget, observedAt: toTimeOrNull(budget.observedAt) }
}
