import type { Finding, GroupChoice, TeamKeyDescription } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import { build, toBuild } from '../../schemas/build.ts'
import { anyId, recordId } from '../../schemas/ids.ts'
import { budgetStatus, laneStatus, toBudgetStatus, toLaneStatus } from '../../schemas/lane.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'

export const newTeamKeyParams = z.object({ teamKeyId: recordId })
export const teamKeyParams = z.object({ teamKeyId: anyId })
export const appParams = z.object({ teamKeyId: anyId, appId: anyId })

export const teamKeyBody = z.strictObject({
  issuerId: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(/^[\x21-\x7e]+$/, 'Copy it from App Store Connect as it is'),
  keyId: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9]+$/, 'Letters and digits, such as 2X9R4HXF34'),
  privateKey: z.string().min(1).max(10_000).describe('The text of the .p8 file; kept sealed, never shown again'),
})

export const teamKey = z.object({
  id: z.string(),
  issuerId: z.string(),
  keyId: z.string(),
  status: z.enum(['unchecked', 'working', 'rejected', 'forbidden', 'agreement_required']),
  problem: reportedProblem.nullable(),
  budget: budgetStatus,
  lane: laneStatus,
})

export function toTeamKey(described: TeamKeyDescription): z.output<typeof teamKey> {
  const { id, issuerId, keyId, status, problem, budget, lane } = described
  return {
    id,
    issuerId,
    keyId,
    status,
    problem: toReportedProblem(problem),
    budget: toBudgetStatus(budget),
    lane: toLaneStatus(lane),
  }
}

export const findings = z.object({
  findings: z.array(
    z.object({
      check: z.enum(['key_signs', 'clock', 'key_accepted', 'role', 'agreements', 'apps']),
      ok: z.boolean().nullable().describe('null: could not be judged, since an earlier step failed'),
      detail: z.string(),
      action: z.string().nullable(),
    }),
  ),
})

export const toFindings = (list: Finding[]): z.output<typeof findings> => ({ findings: list })

export const appChoice = z.object({ id: z.string(), bundleId: z.string(), name: z.string() })

export const groupChoice = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['internal', 'external']),
  testers: z.number().int().nullable(),
  builds: z.array(build),
  roster: z.string().nullable().describe('The roster that holds it'),
})

export function toGroupChoice(group: GroupChoice): z.output<typeof groupChoice> {
  return {
    id: group.id,
    name: group.name,
    type: group.isInternal ? 'internal' : 'external',
    testers: group.testers,
    builds: group.builds.map(toBuild),
    roster: group.roster,
  }
}
