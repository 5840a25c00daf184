import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createStore, createWebhooks, globalKeys, laneKeys, readLaneOverviews } from '../../store/index.ts'
import { readyShard, webhookKeys } from '../../store/keys.ts'
import type { ListedLane } from './list-lanes.ts'
import { countDisabledWebhooks, sampleOldestWaiting } from './sample-lanes.ts'

const { redis } = await withRedis()
const store = createStore(redis)

const lane = (teamKey: string, given: Partial<ListedLane> = {}) =>
  ({ teamKey, waiting: 1, paused: false, blocked: null, ...given }) as ListedLane

const record = (teamKey: string, at: number) => redis.zadd(laneKeys(teamKey).outboxInteractive, at, 'gold\0u-1')

describe('the oldest waiting change', () => {
  it('is that of all lanes that run, and nobody’s where none waits', async () => {
    await Promise.all([record('a', 3_000), record('b', 2_000), record('paused', 1_000)])
    const oldest = sampleOldestWaiting({ store })
    expect(await oldest([lane('a'), lane('b'), lane('paused', { paused: true })])).toBe(2_000)
    expect(await oldest([lane('a')])).toBe(3_000)
    expect(await oldest([])).toBe(null)
  })

  it('is found among more lanes than one reading looks at, after some readings', async () => {
    const lanes = Array.from({ length: 1_200 }, (_, at) => lane(`lane-${String(at).padStart(4, '0')}`))
    await Promise.all(lanes.map(({ teamKey }, at) => record(teamKey, 5_000 + at)))
    await record('lane-1150', 7)
    const oldest = sampleOldestWaiting({ store })
    expect([await oldest(lanes), await oldest(lanes), await oldest(lanes)]).toEqual([5_000, 5_000, 7])
  })
})

describe('lanes that are late', () => {
  it('are those that are due and that nobody has claimed', async () => {
    for (const [id, at] of Object.entries({ a: 1_000, b: 4_000, c: 9_000 }))
      await redis.zadd(globalKeys.ready(readyShard(id)), at, id)
    expect(await store.ready.late(5_000)).toEqual({ lanes: 2, since: 1_000 })
    await store.ready.claim({ limit: 10, claimMs: 20_000 })
    expect(await store.ready.late(5_000)).toEqual({ lanes: 0, since: null })
  })
})

describe('held plans', () => {
  it('are counted over the rosters of a lane', async () => {
    const keys = laneKeys('a')
    await redis.sadd(keys.rosters, 'gold', 'silver', 'bronze')
    await redis.sadd(keys.roster('gold').held, 'rec-1', 'rec-2')
    await redis.sadd(keys.roster('silver').held, 'rec-3')
    expect((await readLaneOverviews(redis, ['a', 'b'])).map(({ held }) => held)).toEqual([3, 0])
  })
})

describe('disabled webhooks', () => {
  it('are counted anew only after a webhook has changed', async () => {
    const webhooks = createWebhooks(redis)
    const webhook = { v: 1, url: 'https://x.example', types: ['*'], rosters: null, includeEmail: false } as const
    const kept = { ...webhook, types: ['*'], sealedSecret: '', formerSecrets: [], createdAt: 0, updatedAt: 0 }
    await webhooks.put({ ...kept, id: 'crm' })
    await webhooks.put({ ...kept, id: 'shop' })
    const count = countDisabledWebhooks({ store })
    expect(await count()).toBe(0)
    await redis.hset(webhookKeys('crm').health, 'disabledAt', 1_000)
    expect(await count()).toBe(0)
    await webhooks.noteChange()
    expect(await count()).toBe(1)
    expect(await redis.get(globalKeys.webhooksVersion)).toBe('3')
  })
})
