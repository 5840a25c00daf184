import { expect, it } from 'vitest'
import type { Redis } from 'ioredis'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock } from '../../../testing/clock.ts'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { createStore } from '../../store/index.ts'
import { audit, beginAudit, listAudit, tellUnended } from './index.ts'

const { redis } = await withRedis()
const clock = createSettableClock()
const depsWith = (one: Redis) => ({ store: createStore(one), clock })
const entry = { actor: 'token:3f', action: 'notice.put', target: 'notice:ops', detail: '' }
const MINUTE = 60_000

it('a change has its entry, and what is no change has none, whichever write the process died before', async () => {
  for (let at = 0; ; at++) {
    await redis.flushall()
    const died = await diesAt(redis, at, async (process) => {
      const begun = await beginAudit(depsWith(process.redis), entry)
      await process.redis.set('changed', '1')
      await audit(depsWith(process.redis), entry, begun)
    })
    const isChanged = (await redis.get('changed')) === '1'
    const told = async () => (await listAudit(depsWith(redis), { limit: 9 })).items.map(({ detail }) => detail)
    const before = await told()
    // A request of another process may still be under way.
    await tellUnended(depsWith(redis))
    expect(await told()).toEqual(before)
    clock.advance(16 * MINUTE)
    await tellUnended(depsWith(redis))
    await tellUnended(depsWith(redis))
    const after = await told()
    expect({ at, count: after.length }).toEqual({ at, count: isChanged ? 1 : after.length })
    for (const detail of after.slice(before.length)) expect(detail).toContain('not known whether')
    expect(after.length).toBeLessThanOrEqual(1)
    if (!died) break
  }
})
