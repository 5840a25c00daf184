import type { Roster } from '@flightroster/core/domain'
import { PREVIEW_NAMED, type ListedScimGroup, type ScimPreview } from '@flightroster/core/usecases/scim'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import { time, toTime } from '../../schemas/instant.ts'
import { policies } from '../rosters/schema.ts'

export const scimGroup = z.object({
  id: z.string(),
  displayName: z.string(),
  externalId: z.string().nullable(),
  members: z.number().int().describe('Users in it, those who are switched off among them'),
  rosters: z.array(z.string()).describe('Rosters whose people these are; none: the group does nothing'),
  createdAt: time,
  updatedAt: time,
})
giveExample(scimGroup, {
  id: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
  displayName: 'Beta testers',
  externalId: null,
  members: 240,
  rosters: ['gold'],
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-24T10:00:03.000Z',
})

export function toScimGroup({ group, members, rosters }: ListedScimGroup): z.output<typeof scimGroup> {
  const { id, displayName, externalId, createdAt, updatedAt } = group
  return { id, displayName, externalId, members, rosters, createdAt: toTime(createdAt), updatedAt: toTime(updatedAt) }
}

export const previewQuery = z.strictObject({
  roster: z.string().min(1).max(64),
  group: policies.scimGroup.unwrap().unwrap().describe('displayName or externalId, as `scimGroup` would name it'),
})

const person = z.object({
  id: z.string().describe('The member id'),
  email: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
})

export const scimPreview = z.object({
  roster: z.string(),
  groups: z
    .array(z.object({ id: z.string(), displayName: z.string(), members: z.number().int() }))
    .describe('The groups of this name; none: it has not come yet'),
  plan: z.object({
    add: z.number().int(),
    remove: z.number().int().describe('People of the group that the roster names now'),
    unchanged: z.number().int(),
  }),
  others: z.number().int().describe('People who came otherwise; they stay'),
  withoutAddress: z.number().int().describe('Of `add`: who wait until they give the address of their Apple Account'),
  held: z.boolean().describe('The removals would wait for an approval'),
  people: z
    .object({ add: z.array(person), remove: z.array(person) })
    .describe(`By name in order, at most ${PREVIEW_NAMED.toLocaleString('en-US')} of each`),
})
const ANN = { id: '2819c223-7f76-453a-919d-413861904646', email: 'ann.lee@example.com' }
giveExample(scimPreview, {
  roster: 'gold',
  groups: [{ id: 'e9e30dba-f08f-4109-8486-d5c6a331660a', displayName: 'Beta testers', members: 1 }],
  plan: { add: 1, remove: 0, unchanged: 0 },
  others: 40,
  withoutAddress: 0,
  held: false,
  people: { add: [{ ...ANN, firstName: 'Ann', lastName: 'Lee' }], remove: [] },
})

export function toScimPreview({ id }: Roster, preview: ScimPreview): z.output<typeof scimPreview> {
  const { groups, add, remove, unchanged, others, withoutAddress, held, people } = preview
  return { roster: id, groups, plan: { add, remove, unchanged }, others, withoutAddress, held: held !== null, people }
}
