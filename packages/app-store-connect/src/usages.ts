import { z } from 'zod'
import { PAGE_SIZE, readPage, type Caller, type Page } from './paginate.ts'
import type { UsagePeriod, UsageRow } from './types.ts'

/** Everything is optional: a row without a tester, or without figures, says nothing. */
const usageResource = z.object({ dataPoints: z.unknown().optional(), dimensions: z.unknown().optional() })

const dimension = z.object({ betaTesters: z.object({ data: z.union([z.string(), z.object({ id: z.string() })]) }) })
const count = z.number().int().nonnegative()
const points = z
  .array(
    z.object({
      end: z.string().nullish().catch(null),
      values: z.object({
        sessionCount: count,
        crashCount: count.nullish().catch(null),
        feedbackCount: count.nullish().catch(null),
      }),
    }),
  )
  .min(1)

/** Calls about what testers did. */
export function createUsageCalls(caller: Caller) {
  return {
    /** A page of the figures of a group's testers: the first where `next` is null. Without `groupBy` Apple refuses. */
    readUsagePage: (groupId: string, days: UsagePeriod, next: string | null): Promise<Page<UsageRow>> =>
      readPage(
        caller,
        {
          path: '/v1/betaGroups/{id}/metrics/betaTesterUsages',
          id: groupId,
          query: { groupBy: 'betaTesters', period: `P${days}D`, limit: PAGE_SIZE },
          row: usageResource,
          toRow: toUsage,
        },
        next,
      ),
  }
}

function toUsage({ dimensions, dataPoints }: z.output<typeof usageResource>): UsageRow {
  const tester = dimension.safeParse(dimensions)
  const data = tester.success ? tester.data.betaTesters.data : ''
  const id = typeof data === 'string' ? data : data.id
  const parsed = points.safeParse(dataPoints)
  if (!parsed.success) return { id, figures: null, until: null }
  const figures = { sessions: 0, crashes: 0, feedback: 0 }
  let until: number | null = null
  for (const { end, values } of parsed.data) {
    figures.sessions += values.sessionCount
    figures.crashes += values.crashCount ?? 0
    figures.feedback += values.feedbackCount ?? 0
    const at = Date.parse(end ?? '')
    if (Number.isFinite(at)) until = Math.max(until ?? 0, at)
  }
  return { id, figures, until }
}
