import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@flightroster/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

let api: TestApi

afterEach(() => api.close())

/** As in the product. */
const COMMAND_MS = 800
/** A command, and more for a machine that is busy with other things. */
const AT_ONCE_MS = 5_000
const event = { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1' } } }
const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const start = performance.now()
  return [await work, performance.now() - start]
}

describe('the API while its store is in trouble', () => {
  it('answers 503 with Retry-After, and waits no longer than a command may take, while the store is frozen, and serves again by itself', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.addRoster()
    api.redis.freeze()
    const [first, ms] = await timed(api.call('POST', '/v1/events', event))
    expect([first.statusCode, first.json().code]).toEqual([503, 'store_unavailable'])
    expect(Number(first.headers['retry-after'])).toBeGreaterThan(0)
    expect(ms).toBeLessThan(AT_ONCE_MS)
    const [ready, readyMs] = await timed(api.call('GET', '/readyz'))
    expect(ready.statusCode).toBe(503)
    expect(readyMs).toBeLessThan(AT_ONCE_MS)
    expect((await api.call('GET', '/healthz')).statusCode).toBe(200)
    api.redis.thaw()
    await eventually(async () => expect((await api.call('POST', '/v1/events', event)).statusCode).toBe(202))
  })

  it('answers 503 while the store is gone and recovers by itself', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.redis.kill()
    const [answer, ms] = await timed(api.call('GET', '/v1/rosters'))
    expect(answer.statusCode).toBe(503)
    expect(ms).toBeLessThan(AT_ONCE_MS)
    expect((await api.call('GET', '/readyz')).statusCode).toBe(503)
    await api.redis.restart()
    await eventually(async () => expect((await api.call('GET', '/readyz')).statusCode).toBe(200))
    await eventually(() => api.addRoster())
    await eventually(async () => expect((await api.call('POST', '/v1/events', event)).statusCode).toBe(202))
    expect(api.logged.filter((line) => line.includes('store.connection_lost'))).toHaveLength(1)
  })

  it('refuses intake from 80 % of the memory on, while reads go on', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.addRoster()
    const used = Number(/used_memory:(\d+)/.exec(await api.connection.info('memory'))?.[1])
    await api.connection.config('SET', 'maxmemory', String(Math.round(used / 0.85)))
    await eventually(async () => expect((await api.call('POST', '/v1/events', event)).statusCode).toBe(503))
    expect((await api.call('GET', '/v1/rosters/gold')).statusCode).toBe(200)
    expect((await api.call('GET', '/readyz')).json().detail).toContain('full')
  })

  it('answers 503 while the store can write nothing to its disk, and serves again by itself', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.addRoster()
    // A snapshot that can't be put in place, as on a full disk: from then on the store refuses writes (MISCONF).
    const blocked = join(api.redis.directory, 'dump.rdb')
    mkdirSync(blocked)
    await api.connection.config('SET', 'save', '3600 1')
    await api.connection.bgsave()
    await eventually(async () => {
      const answer = await api.call('POST', '/v1/events', event)
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'store_unavailable'])
    })
    rmdirSync(blocked)
    await api.connection.bgsave()
    await eventually(async () => expect((await api.call('POST', '/v1/events', event)).statusCode).toBe(202))
  })

  it('is not ready while the store would evict what it was given', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.connection.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const answer = await api.call('GET', '/readyz')
    expect([answer.statusCode, answer.json().detail]).toEqual([503, expect.stringContaining('noeviction')])
  })

  it('says 503 on /readyz and closes connections once it drains, and goes on serving meanwhile', async () => {
    api = await serveApi({}, undefined, COMMAND_MS)
    await api.addRoster()
    api.app.drain()
    const ready = await api.call('GET', '/readyz')
    expect([ready.statusCode, ready.json().status, ready.headers.connection]).toEqual([503, 'draining', 'close'])
    expect((await api.call('POST', '/v1/events', event)).statusCode).toBe(202)
  })
})
