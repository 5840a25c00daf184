// What one would write first: parse the body, put whole events into one queue, answer. No dedup, no order, no token.
import { Queue } from 'bullmq'
import fastify from 'fastify'
import { z } from 'zod'

const event = z.object({
  specversion: z.literal('1.0').nullish(),
  id: z.string().min(1).max(1_024).nullish(),
  source: z.string().min(1).max(2_048).nullish(),
  type: z.string(),
  time: z.string().nullish(),
  data: z.strictObject({
    roster: z.string(),
    member: z.strictObject({
      id: z.string(),
      email: z.string().nullish(),
      firstName: z.string().max(256).nullish(),
      lastName: z.string().max(256).nullish(),
    }),
  }),
})
const body = z.union([event, z.array(event).max(1_000)])

const queue = new Queue('naive', { connection: { url: process.env['REDIS_URL'] ?? '' } })
const app = fastify({ bodyLimit: 4 * 1024 * 1024 })
app.post('/v1/events', async (request, reply) => {
  const parsed = body.parse(request.body)
  const events = Array.isArray(parsed) ? parsed : [parsed]
  await queue.addBulk(events.map((data) => ({ name: data.type, data })))
  return reply.code(202).send({ accepted: events.length })
})
await queue.waitUntilReady()
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' })
process.stdout.write('ready\n')
