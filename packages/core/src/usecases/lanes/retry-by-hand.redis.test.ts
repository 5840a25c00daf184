import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { makeRoster } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { createToRef } from '../../secrets/index.ts'
import { createLaneStore, laneKeys, queueName, queuePrefix } from '../../store/index.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'

const { redis } = await withRedis()
const SETTINGS = { lockMs: 15_000, maxStalls: 3 }

it('puts a new job in the place of one that lies failed, and keeps what was asked for', async () => {
  const lane = createLaneStore(redis, 'acme')
  const queue = createLaneQueue(redis, { prefix: queuePrefix('acme'), name: queueName('acme') }, SETTINGS)
  const toRef = createToRef(randomBytes(32))
  const ref = toRef('gold', 'ann')
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await redis.hset(laneKeys('acme').roster('gold').desired, 'ann', '2 1 1 1 0 1[null,null,null]')

  await lane.open('token', 15_000)
  await lane.recordAgain([{ roster: 'gold', member: 'ann' }])
  await enqueueRecorded({ lane, queue, toRef }, 'token', 10)
  const [job] = await queue.fetch(1, 'token')
  await lane.recordOutcome('token', {
    roster: makeRoster({ id: 'gold' }),
    met: { fresh: 0, invite: 0 },
    member: 'ann',
    ref,
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
  await lane.requestWork({ roster: 'gold', member: 'ann', ref, flag: 'invite', entry, priority: 'now' })
  await enqueueRecorded({ lane, queue, toRef }, 'token', 10)
  expect(await queue.counts()).toMatchObject({ failed: 0, waiting: 1 })
  expect(await lane.readWork([ref])).toMatchObject([{ invite: 1 }])
  await queue.close()
})
