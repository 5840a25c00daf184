import { IDLE_REASONS, type Reconciliation } from '@flightroster/core/domain'
import { z } from 'zod'
import { anyId } from '../../schemas/ids.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'
import { kept, planCounts } from '../members/put-roster-schema.ts'
import { giveExample } from '../../schemas/example.ts'

export const reconciliationParams = z.object({ rosterId: anyId, reconciliationId: anyId })

export const startBody = z.strictObject({
  dryRun: z.boolean().default(false).describe('Read and plan, and change nothing'),
})
giveExample(startBody, { dryRun: true })

export const decisionBody = z.strictObject({ reason: z.string().trim().max(1_000).nullish() }).nullish()
giveExample(decisionBody, { reason: 'The programme ended for these two.' })

export const reconciliation = z.object({
  id: z.string(),
  roster: z.string(),
  kind: z
    .enum(['snapshot', 'reconcile', 'reclaim'])
    .describe('snapshot: of a whole list; reconcile: of a reading of the group; reclaim: of seats of idle testers'),
  status: z.enum(['running', 'held', 'done', 'failed', 'rejected']),
  dryRun: z.boolean(),
  progress: z.object({
    read: z.number().int(),
    total: z.number().int().nullable(),
    converged: z.number().int(),
    toConverge: z.number().int(),
  }),
  plan: planCounts,
  removals: z
    .array(z.string())
    .describe('Members who leave by this plan; of a reclaim: whose testers leave the app, and who stay on the roster'),
  cleared: z
    .array(z.string())
    .optional()
    .describe('Members who lose their address by this held plan: they leave the group and stay on the roster'),
  idle: z
    .array(z.object({ id: z.string(), reason: z.enum(IDLE_REASONS), since: time }))
    .optional()
    .describe('Of a reclaim: why each of `removals` counts as idle, and since when'),
  kept: kept.optional(),
  unmanaged: z
    .array(z.object({ testerId: z.string(), email: z.string().nullable() }))
    .describe('Testers in the group whom nobody put on the roster'),
  heldBy: z
    .enum(['roster', 'team_key', 'empty', 'list', 'list_unclear'])
    .nullable()
    .describe(
      "Why it is held: the roster's guard; the sum over its team key; nobody would be left; more rows were kept out than taken; a row could mean anybody",
    ),
  startedAt: time,
  updatedAt: time,
  approvedAt: time.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
  problem: reportedProblem.nullable(),
})
giveExample(reconciliation, {
  id: 'rec-7',
  roster: 'gold',
  kind: 'snapshot',
  status: 'held',
  dryRun: false,
  progress: { read: 46, total: 46, converged: 0, toConverge: 6 },
  plan: { add: 3, update: 1, remove: 2, unchanged: 40 },
  removals: ['u-1002', 'u-1003'],
  unmanaged: [{ testerId: 't-9', email: 'guest@example.com' }],
  heldBy: 'roster',
  startedAt: '2026-11-24T10:00:03.000Z',
  updatedAt: '2026-11-24T10:00:03.000Z',
  approvedAt: null,
  decidedBy: null,
  reason: null,
  problem: null,
})

export function toReconciliation(record: Reconciliation): z.output<typeof reconciliation> {
  return {
    id: record.id,
    roster: record.roster,
    kind: record.kind,
    status: record.status,
    dryRun: record.dryRun,
    progress: record.progress,
    plan: record.plan,
    removals: record.removals,
    ...(record.cleared ? { cleared: record.cleared } : {}),
    ...(record.idle
      ? { idle: record.idle.map(({ id, reason, since }) => ({ id, reason, since: toTime(since) })) }
      : {}),
    ...(record.kept ? { kept: record.kept } : {}),
    unmanaged: record.unmanaged,
    heldBy: record.held,
    startedAt: toTime(record.startedAt),
    updatedAt: toTime(record.updatedAt),
    approvedAt: toTimeOrNull(record.approvedAt),
    decidedBy: record.decidedBy,
    reason: record.reason,
    problem: toReportedProblem(record.problem),
  }
}
