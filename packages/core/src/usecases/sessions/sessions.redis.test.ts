import { describe, expect, it } from 'vitest'
import { createSettableClock } from '../../../testing/index.ts'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createPasswordCheck, createSealer } from '../../secrets/index.ts'
import { hashPassword } from '@flightroster/core/testing'
import { createStore } from '../../store/index.ts'
import { findSession, logIn, logOut, type SessionDeps } from './index.ts'
import { readDevice } from './device.ts'
import type { LogInInput } from './log-in.ts'

const { connect } = await withRedis({ flush: false })
const passwordHash = hashPassword('right')
let databases = 0

/** The pages' door with a store of its own: tests wait for turns, so they do it side by side. */
function makeDoor() {
  const redis = connect({ db: databases++ })
  const clock = createSettableClock()
  const passwords = createPasswordCheck()
  let checked = 0
  const turns: { from: readonly string[]; isKnown: boolean }[] = []
  const deps: SessionDeps = {
    store: createStore(redis),
    clock,
    sealer: createSealer({ current: Buffer.alloc(32, 7) }),
    passwords: {
      verify: (password, hash, turn) => {
        checked++
        if (turn) turns.push(turn)
        return passwords.verify(password, hash, turn)
      },
    },
    dashboardUsers: ['ann', 'bob'].map((name) => ({ name, role: 'operator', passwordHash })),
  }
  const attempt = (password: string, input: Partial<LogInInput> = {}) =>
    logIn(deps, { name: 'ann', address: '192.0.2.1', ...input, password })
  return {
    redis,
    clock,
    deps,
    attempt,
    turns,
    checked: () => checked,
    enter: async (name = 'ann') => {
      const outcome = await attempt('right', { name })
      return outcome.kind === 'in' ? outcome.token : expect.fail(`not let in: ${outcome.kind}`)
    },
    guessFromMany: (count: number, name = 'ann') =>
      Promise.all(
        Array.from({ length: count }, (_, at) => attempt('wrong', { address: `198.51.${at % 250}.1`, name })),
      ),
  }
}

describe.concurrent('sessions of the pages', () => {
  it('lets in whoever knows the password, and keeps no token that could be used', async () => {
    const { enter, deps, redis } = makeDoor()
    const token = await enter()
    expect((await findSession(deps, token))?.name).toBe('ann')
    expect(JSON.stringify(await redis.keys('*'))).not.toContain(token)
    await logOut(deps, token)
    expect(await findSession(deps, token)).toBeUndefined()
  })

  it('ends a session with the password it began with, with its user, and after twelve hours', async () => {
    const { enter, clock, deps } = makeDoor()
    const token = await enter()
    const [ann] = deps.dashboardUsers
    const other = [{ ...ann!, passwordHash: hashPassword('right') }]
    expect(await findSession({ ...deps, dashboardUsers: other }, token)).toBeUndefined()
    expect(await findSession({ ...deps, dashboardUsers: [] }, await enter())).toBeUndefined()
    const old = await enter()
    clock.advance(12 * 3_600_000 + 1)
    expect(await findSession(deps, old)).toBeUndefined()
  })

  it('ends other sessions where the user wants it, and no one of another user', async () => {
    const { attempt, enter, clock, deps } = makeDoor()
    const [old, bobs] = [await enter(), await enter('bob')]
    clock.advance(1)
    await attempt('right', {})
    expect((await findSession(deps, old))?.name).toBe('ann')
    const { token } = (await attempt('right', { endOthers: true })) as { token: string }
    expect([(await findSession(deps, old))?.name, (await findSession(deps, bobs))?.name]).toEqual([undefined, 'bob'])
    expect((await findSession(deps, token))?.name).toBe('ann')
  })
})

describe.concurrent('guesses', () => {
  it('at a named person, from many addresses, lock out nobody: a known browser is let in at once', async () => {
    const { attempt, guessFromMany, checked } = makeDoor()
    const { device } = (await attempt('right')) as { device: string }
    await guessFromMany(30)
    const before = checked()
    const order: string[] = []
    const enter = async (who: string, from: Parameters<typeof attempt>[1]) => {
      expect((await attempt('right', from)).kind).toBe('in')
      order.push(who)
    }
    // A browser that was never here is let in after a pause, and it asked first.
    await Promise.all([
      enter('stranger', { address: '203.0.113.9' }),
      enter('known', { device, address: '198.51.1.1' }),
    ])
    expect([checked() - before, order]).toEqual([2, ['known', 'stranger']])
  })

  it('at a named person leave a browser that was never here its turn, after a pause', async () => {
    const { attempt, guessFromMany } = makeDoor()
    await guessFromMany(12)
    // More than one line of turns holds: they have lines of their own.
    const flood = guessFromMany(15)
    const began = performance.now()
    expect((await attempt('right', { address: '203.0.113.9' })).kind).toBe('in')
    const tookMs = performance.now() - began
    expect(tookMs).toBeGreaterThan(1_900)
    await flood
  })

  it('from the very address of a person, such as behind a proxy, use up no turn of that person', async () => {
    const { attempt } = makeDoor()
    for (let at = 0; at < 10; at++) await attempt('wrong', { name: 'bob' })
    const flood = Promise.all(Array.from({ length: 40 }, () => attempt('wrong', { name: 'bob' })))
    expect((await attempt('right')).kind).toBe('in')
    const kinds = (await flood).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'wait').length).toBeGreaterThan(20)
  })

  it('are looked at one in two seconds, once one sender has made ten', async () => {
    const { attempt, checked } = makeDoor()
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => attempt('wrong')))
    expect(checked()).toBeLessThanOrEqual(20)
    expect(outcomes.filter(({ kind }) => kind === 'wait').length).toBeGreaterThanOrEqual(40)
  })

  it('with a stolen or made-up browser cookie gain nothing', async () => {
    const { attempt, deps } = makeDoor()
    const { device } = (await attempt('right')) as { device: string }
    for (const forged of ['x', `${device}x`, deps.sealer.seal('{}', 'else')]) {
      expect((await attempt('wrong', { device: forged })).kind).toBe('refused')
    }
    for (let at = 0; at < 10; at++) await attempt('wrong', { device })
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => attempt('wrong', { device })))
    expect(outcomes.filter(({ kind }) => kind === 'wait').length).toBeGreaterThan(5)
  })

  it('with a browser cookie are ten, then they wait like all others; of another person it is worth nothing', async () => {
    const { attempt, guessFromMany } = makeDoor()
    const deviceOf = async (name: string) => ((await attempt('right', { name })) as { device: string }).device
    const [stolen, ofBob] = [await deviceOf('ann'), await deviceOf('bob')]
    await guessFromMany(12)
    const tookMs = async (input: Partial<LogInInput>) => {
      const began = performance.now()
      await attempt('wrong', { address: '203.0.113.7', ...input })
      return performance.now() - began
    }
    expect(await tookMs({ device: ofBob })).toBeGreaterThan(1_900)
    for (let at = 0; at < 10; at++) await attempt('wrong', { device: stolen, address: `203.0.113.${at}` })
    expect(await tookMs({ device: stolen, address: '203.0.113.99' })).toBeGreaterThan(1_900)
  })

  it('take turns by network and name, so that those at one name hold up few others behind the same proxy', async () => {
    const { attempt, turns } = makeDoor()
    for (const [name, address] of [
      ['ann', '192.0.2.1'],
      ['bob', '192.0.2.1'],
      ['ann', '198.51.100.1'],
    ] as const)
      await attempt('wrong', { name, address })
    const { device } = (await attempt('right')) as { device: string }
    await attempt('right', { device })
    expect(new Set(turns.slice(0, 3).map(({ from }) => from.join(' '))).size).toBe(3)
    expect(turns[2]?.from).toEqual(['198.51', '198.51.100.1', expect.stringMatching(/^198\.51\.100\.1 \d+$/)])
    expect(turns.map(({ isKnown }) => isKnown)).toEqual([false, false, false, false, true])
  })

  it('from all addresses of one IPv6 host, which has a /64 of them, have the turns and the count of one sender', async () => {
    const { attempt, turns, redis } = makeDoor()
    for (let at = 1; at <= 4; at++) await attempt('wrong', { address: `2001:db8:1:2:${at}::${at}` })
    expect(new Set(turns.map(({ from }) => from.join(' '))).size).toBe(1)
    expect(turns[0]?.from.slice(0, 2)).toEqual(['2001:db8::/32', '2001:db8:1::/48'])
    const before = await redis.dbsize()
    await attempt('wrong', { address: '2001:db8:1:2:ffff::9' })
    expect(await redis.dbsize()).toBe(before)
    await attempt('wrong', { address: '2001:db8:1:3::1' })
    expect([new Set(turns.map(({ from }) => from.join(' '))).size, await redis.dbsize()]).toEqual([2, before + 2])
  })

  it('are wrong ones alone: whoever knows the password may come as often as they like', async () => {
    const { attempt, deps } = makeDoor()
    const { device } = (await attempt('right')) as { device: string }
    for (let at = 0; at < 12; at++) {
      await attempt('right')
      await attempt('right', { device })
    }
    const attempts = deps.store.attempts({ many: 10, forMs: 60_000 })
    for (const [kind, who] of [
      ['account', 'ann'],
      ['address', '192.0.2.1'],
      ['pair', '192.0.2.1 ann'],
      ['device', readDevice(deps, device, 'ann') ?? ''],
    ] as const)
      expect([kind, await attempts.begin(kind, who)]).toEqual([kind, 1])
  })

  it('keep no names and addresses', async () => {
    const { attempt, redis } = makeDoor()
    await attempt('wrong', { name: 'somebody@example.com', address: '203.0.113.77' })
    const keys = JSON.stringify(await redis.keys('*'))
    expect([keys.includes('somebody'), keys.includes('203.0.113')]).toEqual([false, false])
  })
})
