// A bare BullMQ worker: one queue, one call to Apple a job. No budget, no merging, no reading back.
import { Worker } from 'bullmq'
import type { AppleKey } from '../support/apple.ts'
import type { MembershipEvent } from '../support/events.ts'
import { createAddTester } from './add-tester.ts'

const addTester = createAddTester(process.env['APPLE_URL'] ?? '', JSON.parse(process.env['KEY'] ?? '{}') as AppleKey)

const worker = new Worker<MembershipEvent>('naive', (job) => addTester(job.data.data.member.email ?? ''), {
  connection: { url: process.env['REDIS_URL'] ?? '' },
  concurrency: Number(process.env['CONCURRENCY'] ?? 8),
})
worker.on('error', (error) => void process.stderr.write(`${error.message}\n`))
await worker.waitUntilReady()
process.stdout.write('ready\n')
