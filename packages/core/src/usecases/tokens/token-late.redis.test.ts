import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { createSettableClock } from '../../../testing/clock.ts'
import { createLog } from '../../log.ts'
import { createStore, type Store } from '../../store/index.ts'
import { createToken, createTokenFinder, deleteToken } from './index.ts'

const { redis } = await withRedis()
const clock = createSettableClock()
const log = createLog({ level: 'silent', name: 'test' })
const input = { name: 'crm', scopes: ['events:write'], rosters: null, emailAttribute: null }
const find = (store: Store, token: string) => createTokenFinder({ store, clock, log })(token)
const kept = () => redis.keys('fr:token*')

it('a token that is deleted leaves nothing and is of no use, whoever used it at the same time or died', async () => {
  const store = createStore(redis)
  for (let at = 0; ; at++) {
    const { token, record } = await createToken({ store, clock }, input)
    await store.tokens.noteUse(record.id, 1)
    const died = await diesAt(redis, at, (process) => deleteToken({ store: createStore(process.redis) }, record.id))
    await deleteToken({ store }, record.id).catch(() => {})
    expect({ at, kept: await kept(), found: await find(store, token) }).toEqual({ at, kept: [], found: undefined })
    if (!died) break
  }
  for (let at = 0; ; at++) {
    const { record } = await createToken({ store, clock }, input)
    const lagged = await lagsAt(
      redis,
      at,
      (process) => createStore(process.redis).tokens.noteUse(record.id, 2),
      (process) => deleteToken({ store: createStore(process.redis) }, record.id),
    )
    if (!lagged) break
    expect({ at, kept: await kept() }).toEqual({ at, kept: [] })
  }
})
