import { isScimAttribute } from '@flightroster/core/domain'
import { z } from 'zod'
import { SCOPES } from '../../plugins/auth.ts'
import { recordId } from '../../schemas/ids.ts'
import { time } from '../../schemas/instant.ts'
import { giveExample } from '../../schemas/example.ts'

const scopes = z.array(z.enum(SCOPES)).min(1)

/** What somebody who reads a list of tokens would take for somebody else, in letters of whatever width. */
const RESERVED = /^(?:admin|admin[\s_-]*token|system|worker|console|apple|flightroster|user:.*|token:.*)$/i

export const tokenBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}*$/u, 'Leave out control characters.')
    .refine((name) => !RESERVED.test(name.normalize('NFKC')), 'This name stands for others: choose another one.'),
  scopes,
  rosters: z.array(recordId).max(1_000).nullable().default(null).describe('null: all rosters, and those to come'),
  emailAttribute: z
    .string()
    .refine(isScimAttribute, 'This is not an attribute path of SCIM.')
    .nullable()
    .default(null)
    .describe(
      'Of the scope scim: where users have the address of their Apple Account; null: as SCIM_EMAIL_ATTRIBUTE says',
    ),
})
giveExample(tokenBody, { name: 'crm', scopes: ['events:write', 'rosters:read'], rosters: ['gold'] })

export const token = z.object({
  id: z.string(),
  name: z.string(),
  scopes,
  rosters: z.array(z.string()).nullable(),
  emailAttribute: z.string().optional().describe('Where users brought by SCIM have their address; absent: as for all'),
  createdAt: time,
  lastUsedAt: time.nullable().describe('To the minute'),
})
giveExample(token, {
  id: 'tok-3',
  name: 'crm',
  scopes: ['events:write', 'rosters:read'],
  rosters: ['gold'],
  createdAt: '2026-11-01T09:00:00.000Z',
  lastUsedAt: '2026-11-24T10:00:03.000Z',
})

export const newToken = z.object({
  ...token.shape,
  token: z.string().describe('Shown here and never again: only its hash is kept'),
})
giveExample(newToken, {
  id: 'tok-3',
  name: 'crm',
  scopes: ['events:write', 'rosters:read'],
  rosters: ['gold'],
  createdAt: '2026-11-01T09:00:00.000Z',
  lastUsedAt: null,
  token: 'frt_9dJ2…',
})
