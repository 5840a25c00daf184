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
  ])('reads %s', (url, options) => {
    expect(parseRedisUrl(url)).toMatchObject({ kind: 'server', options })
  })

  it('reads some nodes of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://u:p@a:7000,b')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
      ],
      options: { username: 'u', password: 'p', tls: {} },
    })
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
    'redis+cluster://a/1',
  ])('refuses "%s"', (url) => {
    expect(() => parseRedisUrl(url)).toThrow()
  })
})
