import { BUILD_STATES, MEMBER_STATUSES, SEATS_LIMIT } from '@flightroster/core/domain'
import type { RosterDescription, RosterInput } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import { anyId, recordId } from '../../schemas/ids.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'
import { giveExample } from '../../schemas/example.ts'
import { idleRule, idleRuleInput } from './idle-rule.ts'

export const newRosterParams = z.object({ rosterId: recordId })
export const rosterParams = z.object({ rosterId: anyId })

const appleId = z.string().min(1).max(128)

export const policies = {
  builds: z.enum(['automatic', 'manual']).default('manual').describe('automatic: the group gets every new build'),
  submitForReview: z
    .boolean()
    .default(false)
    .describe('With automatic builds: submit the first build of a version for beta review'),
  heldBuilds: z
    .enum(['report', 'release'])
    .default('report')
    .describe('A build that Apple approved and holds until somebody presses "Notify Testers": only said, or released'),
  seats: z
    .strictObject({
      reserve: z
        .number()
        .int()
        .min(0)
        .max(SEATS_LIMIT, `An app has ${SEATS_LIMIT.toLocaleString('en-US')} seats: no more can be kept for a roster.`)
        .default(0)
        .describe('Seats of the app that nobody of another roster gets; those who are in count'),
      priority: z
        .number()
        .int()
        .min(-1_000_000)
        .max(1_000_000)
        .default(0)
        .describe('Who waits for a seat goes in by priority, the higher first, then by arrival'),
    })
    .default({ reserve: 0, priority: 0 })
    .describe("How this roster shares the app's seats with the others"),
  idle: idleRuleInput,
  unmanagedTesters: z.enum(['keep', 'remove']).default('keep').describe('Testers nobody put on the roster'),
  removal: z.enum(['group', 'app']).default('group'),
  removedByHand: z.enum(['restore', 'report']).default('restore').describe('A member taken out in App Store Connect'),
  removalGuard: z
    .strictObject({ percent: z.number().min(0).max(100).default(20), atLeast: z.number().int().min(0).default(10) })
    .default({ percent: 20, atLeast: 10 })
    .describe('Trips when removals are more than `percent` of the roster and at least `atLeast`'),
  scimGroup: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .regex(/^\P{C}*$/u, 'Leave out control characters.')
    .nullable()
    .default(null)
    .describe('The SCIM group (displayName or externalId) whose people these are'),
  reconcileEveryMinutes: z.number().int().min(1).max(10_080).default(60),
}

export const rosterBody = z.strictObject({
  teamKey: recordId,
  app: z.union(
    [z.strictObject({ bundleId: z.string().min(1).max(255) }), z.strictObject({ id: appleId })],
    'Name the app by "bundleId" or by "id", and by nothing else.',
  ),
  group: z.union(
    [
      z.strictObject({ id: appleId }),
      z.strictObject({
        name: z.string().trim().min(1).max(255),
        create: z.boolean().default(false).describe('Make the group where the app has none of this name'),
      }),
    ],
    'Name the group by "id", or by "name" with or without "create", and by nothing else.',
  ),
  ...policies,
})
giveExample(rosterBody, {
  teamKey: 'demo',
  app: { bundleId: 'com.acme.app' },
  group: { name: 'Beta – Gold' },
  removalGuard: { percent: 20, atLeast: 10 },
})

export function toRosterInput(id: string, body: z.output<typeof rosterBody>): RosterInput {
  return { id, ...body }
}

const groupBuilds = z
  .object({
    mode: z.enum(['automatic', 'manual']).describe('What a PUT calls `builds`'),
    usable: z.number().int().describe('Builds that testers of the group can install'),
    runsOutAt: time.nullable().describe('When the last usable one goes; null: never, or there is none'),
    peopleAffected: z.number().int().describe('Members who are in the group'),
    successor: z
      .object({ number: z.string(), state: z.enum(BUILD_STATES) })
      .nullable()
      .describe('What comes after the last usable one; null: nothing newer is in the pipeline'),
  })
  .describe('How long the group can still test')

/** What a PUT answers: its settings as they were sent, and how the roster is. */
export const putRoster = z.object({
  id: z.string(),
  teamKey: z.string(),
  app: z.object({ id: z.string(), bundleId: z.string(), name: z.string() }),
  group: z.object({ id: z.string(), name: z.string() }),
  builds: z.enum(['automatic', 'manual']),
  submitForReview: z.boolean(),
  heldBuilds: z.enum(['report', 'release']),
  idle: idleRule.nullable(),
  unmanagedTesters: z.enum(['keep', 'remove']),
  removal: z.enum(['group', 'app']),
  removedByHand: z.enum(['restore', 'report']),
  removalGuard: z.object({ percent: z.number(), atLeast: z.number() }),
  scimGroup: z.string().nullable(),
  reconcileEveryMinutes: z.number(),
  status: z.enum(['active', 'paused', 'held', 'blocked']),
  problem: reportedProblem.nullable(),
  warnings: z.array(z.object({ code: z.string(), detail: z.string(), action: z.string() })),
  counts: z.object(Object.fromEntries(MEMBER_STATUSES.map((status) => [status, z.number().int()]))),
  seats: z
    .object({
      reserve: z.number().int(),
      priority: z.number().int(),
      used: z.number().int().nullable().describe('External testers of the app; null until they were counted'),
      limit: z.number().int().describe('How many the app can have'),
    })
    .describe('What a PUT calls `seats`, and the seats of the app'),
  drift: z.number().int().describe('Testers in the group whom nobody put on the roster'),
  lastReconcile: z
    .object({
      id: z.string().nullable(),
      at: time,
      outcome: z.enum(['in_sync', 'changed', 'held', 'incomplete', 'failed']),
    })
    .nullable(),
  createdAt: time,
  updatedAt: time,
})

/** What is read: `builds` tells what the group has. */
export const roster = putRoster.extend({ builds: groupBuilds })

const EXAMPLE = {
  id: 'gold',
  teamKey: 'demo',
  app: { id: '6449123456', bundleId: 'com.acme.app', name: 'Acme Demo' },
  group: { id: '1a0c9a54-6b1e-4d43-9a0b-0c9f4a1f0002', name: 'Beta – Gold' },
  submitForReview: false,
  heldBuilds: 'report' as const,
  idle: null,
  unmanagedTesters: 'keep' as const,
  removal: 'group' as const,
  removedByHand: 'restore' as const,
  removalGuard: { percent: 20, atLeast: 10 },
  scimGroup: null,
  reconcileEveryMinutes: 60,
  status: 'active' as const,
  problem: null,
  warnings: [],
  counts: Object.fromEntries(MEMBER_STATUSES.map((status) => [status, status === 'invited' ? 12 : 0])),
  seats: { reserve: 0, priority: 0, used: 46, limit: SEATS_LIMIT },
  drift: 0,
  lastReconcile: { id: 'rec-6', at: '2026-11-24T10:00:03.000Z', outcome: 'in_sync' as const },
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-24T10:00:03.000Z',
}
giveExample(putRoster, { ...EXAMPLE, builds: 'manual' })
giveExample(roster, {
  ...EXAMPLE,
  builds: {
    mode: 'manual',
    usable: 2,
    runsOutAt: '2027-02-20T08:00:00.000Z',
    peopleAffected: 12,
    successor: { number: '219', state: 'in_review' },
  },
})

export function toRoster(described: RosterDescription): z.output<typeof roster> {
  const { usable, runsOutAt, peopleAffected, successor } = described.supply
  const mode = described.roster.builds
  return {
    ...toPutRoster(described),
    builds: { mode, usable, runsOutAt: toTimeOrNull(runsOutAt), peopleAffected, successor },
  }
}

export function toPutRoster(described: RosterDescription): z.output<typeof putRoster> {
  const { roster: record, status, problem, counts, standing } = described
  const { drift, lastReconcile } = standing
  const { used, limit } = described.seats
  return {
    id: record.id,
    teamKey: record.teamKey,
    app: record.app,
    group: record.group,
    builds: record.builds,
    submitForReview: record.submitForReview,
    heldBuilds: record.heldBuilds,
    idle: record.idle,
    unmanagedTesters: record.unmanagedTesters,
    removal: record.removal,
    removedByHand: record.removedByHand,
    removalGuard: record.removalGuard,
    scimGroup: record.scimGroup ?? null,
    reconcileEveryMinutes: record.reconcileEveryMinutes,
    status,
    problem: toReportedProblem(problem),
    warnings: record.warnings,
    counts,
    seats: { ...record.seats, used, limit },
    drift,
    lastReconcile: lastReconcile && { ...lastReconcile, at: toTime(lastReconcile.at) },
    createdAt: toTime(record.createdAt),
    updatedAt: toTime(record.updatedAt),
  }
}
