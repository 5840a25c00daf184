import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from './redis-url.ts'

describe('the address of the store', () => {
  it.each([
    ['redis://localhost', { kind: 'single', options: { host: 'localhost', port: 6379, db: 0 } }],
    [
      'redis://:pa%40ss@10.0.0.1:6380/2',
      { kind: 'single', options: { password: 'pa@ss', host: '10.0.0.1', port: 6380, db: 2 } },
    ],
    ['rediss://u:p@h', { kind: 'single', options: { username: 'u', password: 'p', tls: {}, host: 'h' } }],
    ['redis://[::1]:6379', { kind: 'single', options: { host: '::1', port: 6379 } }],
    [
      'redis+sentinel://a:26379,b/mymaster',
      {
        kind: 'sentinel',
        options: {
          name: 'mymaster',
          sentinels: [
            { host: 'a', port: 26379 },
            { host: 'b', port: 26379 },
          ],
        },
      },
    ],
    [
      'redis+cluster://a:7000,b:7001',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
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
})
