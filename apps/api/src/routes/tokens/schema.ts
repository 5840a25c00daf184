import { z } from 'zod'
import { SCOPES } from '../../plugins/auth.ts'
import { recordId } from '../../schemas/ids.ts'
import { time } from '../../schemas/instant.ts'

const scopes = z.array(z.enum(SCOPES)).min(1)

export const tokenBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}*$/u, 'No control characters'),
  scopes,
  rosters: z.array(recordId).max(1_000).nullable().default(null).describe('null: all rosters, and those to come'),
})

export const token = z.object({
  id: z.string(),
  name: z.string(),
  scopes,
  rosters: z.array(z.string()).nullable(),
  createdAt: time,
  lastUsedAt: time.nullable().describe('To the minute'),
})

export const newToken = z.object({
  ...token.shape,
  token: z.string().describe('Shown here and never again: only its hash is kept'),
})
