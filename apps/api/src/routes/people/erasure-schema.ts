import type { ErasureDescription } from '@flightroster/core/usecases/people'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'

export const erasure = z.object({
  id: z.string(),
  status: z.enum(['running', 'done']),
  waitsFor: z
    .object({ code: z.string(), detail: z.string(), action: z.string().nullable(), until: time.nullable() })
    .nullable()
    .describe('What it waits for, the outermost reason first; it goes on by itself'),
  startedAt: time,
  doneAt: time.nullable(),
})

giveExample(erasure, {
  id: '1c1d0f3e-9c86-4b1e-9c0a-2f8a7c5b6d10',
  status: 'done',
  waitsFor: null,
  startedAt: '2026-11-24T10:00:03.000Z',
  doneAt: '2026-11-24T10:00:09.000Z',
})

export function toErasure({ waitsFor, startedAt, doneAt, ...rest }: ErasureDescription): z.output<typeof erasure> {
  return {
    ...rest,
    waitsFor: waitsFor && { ...waitsFor, until: toTimeOrNull(waitsFor.until) },
    startedAt: toTime(startedAt),
    doneAt: toTimeOrNull(doneAt),
  }
}
