import type { Finding, GroupChoice, TeamKeyDescription } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import { build, toBuild } from '../../schemas/build.ts'
import { anyId, recordId } from '../../schemas/ids.ts'
import {
  BUDGET_EXAMPLE,
  LANE_EXAMPLE,
  budgetStatus,
  laneStatus,
  toBudgetStatus,
  toLaneStatus,
} from '../../schemas/lane.ts'
import { reportedProblem, toReportedProblem } from '../../schemas/reported-problem.ts'
import { giveExample } from '../../schemas/example.ts'

export const newTeamKeyParams = z.object({ teamKeyId: recordId })
export const teamKeyParams = z.object({ teamKeyId: anyId })
export const appParams = z.object({ teamKeyId: anyId, appId: anyId })

export const teamKeyBody = z.strictObject({
  issuerId: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(/^[\x21-\x7e]+$/, 'Copy it from App Store Connect as it is.'),
  keyId: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9]+$/, 'Use letters and digits, such as 2X9R4HXF34.'),
  privateKey: z.string().min(1).max(10_000).describe('The text of the .p8 file; kept sealed, never shown again'),
})
giveExample(teamKeyBody, {
  issuerId: '69a6de70-03db-47e3-e053-5b8c7c11a4d1',
  keyId: '2X9R4HXF34',
  privateKey: '-----BEGIN PRIVATE KEY-----\nMIGTAgEA…\n-----END PRIVATE KEY-----\n',
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
giveExample(teamKey, {
  id: 'demo',
  issuerId: '69a6de70-03db-47e3-e053-5b8c7c11a4d1',
  keyId: '2X9R4HXF34',
  status: 'working',
  problem: null,
  budget: BUDGET_EXAMPLE,
  lane: LANE_EXAMPLE,
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
giveExample(findings, {
  findings: [
    { check: 'key_signs', ok: true, detail: 'The key signs.', action: null },
    {
      check: 'role',
      ok: false,
      detail: 'The role does not allow managing testers.',
      action: 'Give the key the role App Manager.',
    },
  ],
})

export const toFindings = (list: Finding[]): z.output<typeof findings> => ({ findings: list })

export const appChoice = z.object({ id: z.string(), bundleId: z.string(), name: z.string() })
giveExample(appChoice, { id: '6449123456', bundleId: 'com.acme.app', name: 'Acme Demo' })

export const groupChoice = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['internal', 'external']),
  testers: z.number().int().nullable(),
  builds: z.array(build),
  roster: z.string().nullable().describe('The roster that holds it'),
})
giveExample(groupChoice, {
  id: '1a0c9a54-6b1e-4d43-9a0b-0c9f4a1f0002',
  name: 'Beta – Gold',
  type: 'external',
  testers: 46,
  builds: [],
  roster: 'gold',
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
