import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, startRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import type { Member } from './support/api.ts'
import { startStack } from './support/stack.ts'

const OPERATING = join(import.meta.dirname, '../docs/operating.md')

it('lives a whole life as the restricted user of Redis that is documented', async () => {
  const redis = await startRedis({ appendFsync: 'always' })
  const admin = new Redis(redis.url)
  const [, rules = ''] = /^ACL SETUSER (flightroster .*)$/m.exec(readFileSync(OPERATING, 'utf8')) ?? []
  await admin.call('ACL', 'SETUSER', ...rules.split(' '))
  const url = redis.url.replace('redis://', 'redis://flightroster:PASSWORD@')
  await using stack = await startStack({ redis: { ...redis, url }, env: { QUIET_AFTER_WRITE_SECONDS: '1' } })
  const { api } = stack
  const statusOf = async (id: string) => (await api.get<Member>(`/v1/rosters/gold/members/${id}`)).body.status
  const event = (type: string, id: string) => ({
    type: `member.${type}`,
    data: { roster: 'gold', member: { id, ...(type === 'joined' ? { email: `${id}@example.com` } : {}) } },
  })
  await api.must('POST', '/v1/events', [event('joined', 'u-1'), event('joined', 'u-2')], 202)
  await eventually(async () => expect(await statusOf('u-1')).toBe('invited'))
  await api.must('POST', '/v1/rosters/gold/reconciliations', { dryRun: false }, 202)
  await api.must('POST', '/v1/rosters/gold/members/u-2/converge', undefined, 202)
  await api.must('POST', '/v1/events', event('left', 'u-1'), 202)
  await eventually(async () => expect(await statusOf('u-1')).toBe('removed'))
  await api.must('POST', '/v1/team-keys/acme/check', undefined, 200)
  for (const path of ['/v1/lanes', '/v1/audit', '/v1/rosters/gold/activity', '/v1/people?email=u-2@example.com']) {
    expect([path, (await api.get(path)).status]).toEqual([path, 200])
  }
  // What Redis refused to anybody.
  expect(await admin.call('ACL', 'LOG')).toEqual([])
  admin.disconnect()
})
