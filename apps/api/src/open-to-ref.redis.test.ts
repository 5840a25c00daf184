import { eventually } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createLog } from '@flightroster/core/log'
import { createRedis } from '@flightroster/core/store'
import { describe, expect, it } from 'vitest'
import { openToRef } from './open-to-ref.ts'

const { server } = await withRedis()
const connect = () => createRedis(server.url, { name: 'test', log: createLog({ level: 'silent', name: 'test' }) })

describe('references to members', () => {
  it('are made from the first request on where the store is there, alike in every process', async () => {
    const [redis, other] = [connect(), connect()]
    await Promise.all([redis.ping(), other.ping()])
    const [toRef, toSame] = await Promise.all([openToRef(redis), openToRef(other)])
    expect(toRef('gold', 'ann')).toBe(toSame('gold', 'ann'))
    redis.disconnect()
    other.disconnect()
  })

  it('are refused in words while the store has not been read, and made once it is there', async () => {
    const redis = connect()
    const toRef = await openToRef(redis)
    expect(() => toRef('gold', 'ann')).toThrow('The store has not been read yet.')
    await eventually(() => expect(toRef('gold', 'ann')).toEqual(expect.any(String)))
    redis.disconnect()
  })
})
