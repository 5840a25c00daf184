import type { AppleWebhook } from '@flightroster/core/domain'
import { z } from 'zod'
import { time, toTime } from '../../schemas/instant.ts'

/** Never with its secret. */
export const appleWebhook = z.object({
  id: z.string(),
  app: z.string().describe("Apple's id of the app"),
  url: z.string().describe('Where Apple posts to'),
  createdAt: time,
})

export function toAppleWebhook({ id, app, url, createdAt }: AppleWebhook): z.output<typeof appleWebhook> {
  return { id, app, url, createdAt: toTime(createdAt) }
}
