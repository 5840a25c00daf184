import type { AppleWebhook } from '@flightroster/core/domain'
import { z } from 'zod'
import { time, toTime } from '../../schemas/instant.ts'
import { giveExample } from '../../schemas/example.ts'

/** Never with its secret. */
export const appleWebhook = z.object({
  id: z.string(),
  app: z.string().describe("Apple's id of the app"),
  url: z.string().describe('Where Apple posts to'),
  createdAt: time,
})
giveExample(appleWebhook, {
  id: 'awh-1',
  app: '6449123456',
  url: 'https://flightroster.example.com/v1/apple-webhooks/awh-1',
  createdAt: '2026-11-24T10:00:03.000Z',
})

export function toAppleWebhook({ id, app, url, createdAt }: AppleWebhook): z.output<typeof appleWebhook> {
  return { id, app, url, createdAt: toTime(createdAt) }
}
