import { z } from 'zod'

const fault = z.object({
  pointer: z.string().describe('JSON pointer into the body; /query/… and /path/… name the other parts of a request'),
  code: z.string(),
  detail: z.string(),
})

/** RFC 9457. `code` is stable: compare it, never the texts. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  action: z.string().describe('What to do'),
  requestId: z.string().describe('As in `x-request-id` of this answer and in our log'),
  errors: z.array(fault).optional().describe('Every fault of the request, 100 at most'),
})
