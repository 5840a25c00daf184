import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from './redis-url.ts'

describe('the address of the store', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://:pa%40ss@10.0.0.1:6380/2', { password: 'pa@ss', host: '10.0.0.1', port: 6380, db: 2 }],
    ['rediss://u:p@h', { username: 'u', password: 'p', tls: {}, host: 'h' }],
    ['redis://[::1]:6379', { host: '::1', port: 6379 }],
    [
      'redis+sentinel://a:26379,b/mymaster',
      {
        name: 'mymaster',
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26379 },
        ],
      },
    ],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected)
  })

  it.each([
    '',
    'localhost:6379',
    'http://x',
    'redis://',
    'redis://a,b',
    'redis://h:0',
    'redis://h/x',
    'redis+sentinel://a:1',
  ])('refuses "%s"', (url) => {
    expect(() => parseRedisUrl(url)).toThrow()
  })

  it.each(['redis+cluster://a:7000,b:7001', 'rediss+cluster://a'])('says what to use instead of "%s"', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/Redis Cluster is not supported; name one server, or the sentinels/)
  })
})
