import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { startRedis } from '@flightroster/core/testing'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { createToRef } from '../../secrets/index.ts'
import { createLaneStore, createStore, laneKeys, queueName, queuePrefix } from '../../store/index.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'
import type { Visit } from './visit.ts'
import { VISIT } from './visit-settings.ts'

const SETTINGS = { lockMs: 15_000, stalledEveryMs: 4_000, maxStalls: 3 }

it('puts a new job in the place of one that lies failed, and keeps what was asked for', async () => {
  await using server = await startRedis()
  const redis = new Redis(server.url, { maxRetriesPerRequest: null })
  const lane = createLaneStore(redis, 'acme')
  const queue = createLaneQueue(redis, { prefix: queuePrefix('acme'), name: queueName('acme') }, SETTINGS)
  const toRef = createToRef(randomBytes(32))
  const ref = toRef('gold', 'ann')
  const store = createStore(redis)
  const visit = { teamKey: 'acme', deps: { store, lane, queue, settings: VISIT, toRef } } as unknown as Visit
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await redis.hset(laneKeys('acme').roster('gold').desired, 'ann', '{"v":1,"version":1}')

  await lane.open('token', 15_000)
  await lane.recordAgain([{ roster: 'gold', member: 'ann' }], 1)
  await enqueueRecorded(visit, (await lane.peekOutbox(10)) ?? [])
  const [job] = await queue.fetch(1, 'token')
  await lane.recordOutcome('token', {
    roster: 'gold',
    appId: '1',
    member: 'ann',
    ref,
    jobId: job?.id ?? '',
    version: 1,
    observed: NOTHING_OBSERVED,
    status: 'failed',
    entry: null,
    fact: null,
    ending: 'failed',
    testerIds: new Map(),
  })
  await job?.fail(new Error('All attempts have failed.'))
  expect(await queue.counts()).toMatchObject({ failed: 1, waiting: 0 })

  const entry = { t: 2, k: 'invitation', o: 'api' } as const
  await lane.requestWork({ now: 2, roster: 'gold', member: 'ann', ref, flag: 'invite', entry, priority: 'now' })
  await enqueueRecorded(visit, (await lane.peekOutbox(10)) ?? [])
  expect(await queue.counts()).toMatchObject({ failed: 0, waiting: 1 })
  expect(await lane.readWork([ref])).toMatchObject([{ failed: false, invite: true }])
  await queue.close()
  redis.disconnect()
})
