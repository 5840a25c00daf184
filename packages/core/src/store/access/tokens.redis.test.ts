import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createTokens, type ApiToken } from './tokens.ts'

const { redis } = await withRedis()
const token: ApiToken = {
  v: 1,
  id: 't-1',
  name: 'ci',
  hash: 'h',
  scopes: ['events:write'],
  rosters: null,
  createdAt: 1,
}

it('a token is kept with what it may do, and when it was last used goes with it', async () => {
  const tokens = createTokens(redis)
  const bound = { ...token, id: 't-2', rosters: ['gold'], emailAttribute: 'emails' }
  for (const one of [token, bound]) await tokens.put(one)
  expect([await tokens.find('t-1'), await tokens.find('t-2')]).toEqual([token, bound])
  await tokens.noteUse('t-2', 5_000)
  expect([await tokens.usedAt(['t-1', 't-2']), await tokens.usedAt([])]).toEqual([[null, 5_000], []])
  await tokens.delete('t-2')
  await tokens.put(bound)
  expect(await tokens.usedAt(['t-2'])).toEqual([null])
})
