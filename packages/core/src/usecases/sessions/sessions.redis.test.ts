import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSettableClock, startRedis, type TestRedis } from '../../../testing/index.ts'
import { createLog } from '../../log.ts'
import { createPasswordCheck, hashPassword } from '../../secrets/index.ts'
import { createRedis } from '../../store/index.ts'
import { findSession, logIn, logOut, type SessionDeps } from './index.ts'

let server: TestRedis
let deps: SessionDeps
let checked: number
const clock = createSettableClock()

beforeAll(async () => {
  server = await startRedis()
  const redis = createRedis(server.url, { name: 'test', log: createLog({ level: 'silent', name: 'test' }) })
  const passwords = createPasswordCheck()
  deps = {
    store: { redis },
    clock,
    passwords: {
      verify: (password, hash) => {
        checked++
        return passwords.verify(password, hash)
      },
    },
    dashboardUsers: [{ name: 'ann', role: 'operator', passwordHash: await hashPassword('right') }],
  }
})
afterAll(async () => {
  deps.store.redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  checked = 0
  await deps.store.redis.flushall()
})

const attempt = (password: string, address = '192.0.2.1', name = 'ann') => logIn(deps, { name, password, address })
const enter = async () => {
  const outcome = await attempt('right')
  return outcome.kind === 'in' ? outcome.token : expect.fail(`not let in: ${outcome.kind}`)
}

describe('sessions of the pages', () => {
  it('lets in whoever knows the password, and keeps no token that could be used', async () => {
    const token = await enter()
    expect((await findSession(deps, token))?.name).toBe('ann')
    expect(JSON.stringify(await deps.store.redis.keys('*'))).not.toContain(token)
    await logOut(deps, token)
    expect(await findSession(deps, token)).toBeUndefined()
  })

  it('ends a session with the password it began with, with its user, and after twelve hours', async () => {
    const token = await enter()
    const [ann] = deps.dashboardUsers
    const other = [{ ...ann!, passwordHash: await hashPassword('right') }]
    expect(await findSession({ ...deps, dashboardUsers: other }, token)).toBeUndefined()
    expect(await findSession({ ...deps, dashboardUsers: [] }, await enter())).toBeUndefined()
    const old = await enter()
    clock.advance(12 * 3_600_000 + 1)
    expect(await findSession(deps, old)).toBeUndefined()
  })

  it('locks an account after ten wrong passwords, wherever they come from, without looking at further ones', async () => {
    for (let at = 0; at < 10; at++) expect((await attempt('wrong', `192.0.2.${at}`)).kind).toBe('refused')
    checked = 0
    const outcome = await attempt('right', '198.51.100.1')
    expect(outcome.kind).toBe('locked')
    expect(checked).toBe(0)
  })

  it('locks an address after ten wrong passwords, whatever names it tries, and no more of many at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 15 }, (_, at) => attempt('wrong', '192.0.2.9', `user-${at}`)),
    )
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(10)
    expect((await attempt('right', '192.0.2.9')).kind).toBe('locked')
    expect((await attempt('right', '192.0.2.10')).kind).toBe('in')
  })

  it('forgets wrong passwords of an account once the right one comes', async () => {
    for (let at = 0; at < 9; at++) await attempt('wrong', `192.0.2.${at}`)
    expect((await attempt('right')).kind).toBe('in')
    for (let at = 0; at < 9; at++) expect((await attempt('wrong', `192.0.3.${at}`)).kind).toBe('refused')
  })
})
