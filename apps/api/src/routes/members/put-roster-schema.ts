import { KEPT_REASONS } from '@flightroster/core/domain'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

export const putMembersQuery = z.strictObject({
  dryRun: flag.describe('Say what would happen, and change nothing'),
  allowEmpty: flag.describe('A list of nobody is meant'),
  columns: z
    .string()
    .max(2_048)
    .optional()
    .describe(
      'Of a CSV: which column holds which field, as in `id:Record ID,email:E-mail`; other columns are ignored, and fields that ' +
        'are not named stay as they are known',
    ),
})

const row = z.strictObject({
  id: z
    .string()
    .optional()
    .describe(
      "The upstream system's own id: 1 to 256 UTF-8 bytes without control characters; without one, the member is looked for by " +
        'the address',
    ),
  email: z.string().nullish().describe('Absent: as it is known; null: cleared'),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
})

export const membersBody = z.strictObject({ members: z.array(row) })
giveExample(membersBody, {
  members: [
    { id: 'u-1001', email: 'ann.lee@example.com', firstName: 'Ann', lastName: 'Lee' },
    { id: 'u-1002', email: 'ben.okafor@example.com' },
  ],
})

export const csvBody = z
  .string()
  .describe(
    '`id,email,firstName,lastName`, or `First Name,Last Name,Email`; with or without header. A list without ids is matched to the ' +
      'members by address; whoever is nowhere on the roster gets the lower-cased address as id',
  )
giveExample(csvBody, 'id,email,firstName,lastName\nu-1001,ann.lee@example.com,Ann,Lee\n')

const counts = {
  add: z.number().int(),
  update: z.number().int(),
  remove: z.number().int(),
  unchanged: z.number().int(),
}

export const planCounts = z.object(counts)

export const kept = z
  .array(z.object({ id: z.string(), reason: z.enum(KEPT_REASONS) }))
  .describe('Members whom it would have removed, but for this reason')

const answer = {
  reconciliation: z.string().nullable().describe('null for a dry run'),
  estimate: z.object({ calls: z.number().int(), seconds: z.number().int() }),
  rejected: z
    .array(z.object({ row: z.number().int(), code: z.string(), detail: z.string() }))
    .describe('Rows that were kept out. Nobody whom they name is removed because of it'),
  rejectedTotal: z.number().int().optional().describe('Only where more rows were kept out than are told'),
  kept: kept.optional(),
  held: z.boolean().describe('The removals wait for an approval'),
  problem: z
    .object({ code: z.string(), detail: z.string(), action: z.string() })
    .optional()
    .describe('`list_unclear`: a row could mean anybody, so nobody is removed by this list'),
}

export const putMembersAnswer = z.object({ ...answer, plan: planCounts })
giveExample(putMembersAnswer, {
  reconciliation: 'rec-7',
  estimate: { calls: 4, seconds: 5 },
  rejected: [],
  held: false,
  plan: { add: 3, update: 1, remove: 2, unchanged: 40 },
})

const names = z.object({
  add: z.array(z.string()),
  update: z.array(z.string()),
  remove: z.array(z.string()),
  clear: z.array(z.string()).optional().describe('Of `update`: whose address is cleared, so that they leave the group'),
})

export const dryRunAnswer = z.object({ ...answer, plan: z.object({ ...counts, names }) })
giveExample(dryRunAnswer, {
  reconciliation: null,
  estimate: { calls: 4, seconds: 5 },
  rejected: [{ row: 17, code: 'address_invalid', detail: 'This is not a valid e-mail address.' }],
  held: false,
  plan: { add: 1, update: 0, remove: 1, unchanged: 40, names: { add: ['u-2001'], update: [], remove: ['u-1002'] } },
})
