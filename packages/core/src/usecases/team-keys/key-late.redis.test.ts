import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makePrivateKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { AppError } from '../../errors.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { checkTeamKey } from './check-team-key.ts'
import { deleteTeamKey } from './delete-team-key.ts'
import { putTeamKey } from './put-team-key.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const privateKey = makePrivateKey()
const depsWith = (redis: Redis) => ({ ...rig.deps, store: createStore(redis), sealer })
const put = (redis: Redis, keyId: string) =>
  putTeamKey(depsWith(redis), { id: 'acme', issuerId: '57246542-96fe-1a63-e053-0824d011072a', keyId, privateKey })
const check = async (redis: Redis, code: 'key_rejected' | null) => {
  const answer = () => (code === null ? Promise.resolve([]) : Promise.reject(new AppError(code)))
  const removeTesters = () => Promise.reject(new AppError(code ?? 'apple_not_found'))
  const session = { ...rig.session(), listApps: answer, removeTesters }
  const deps = {
    ...depsWith(redis),
    apple: { session: () => session },
    gateFor: () => ({ admit: async () => {}, note: () => {} }),
  }
  return checkTeamKey(deps, (await rig.store.teamKeys.find('acme'))!)
}
const standing = async () => (await rig.store.lane('acme').standing()).status

it('a check that comes late says nothing of the key that replaced the one it checked', async () => {
  for (let at = 0; ; at++) {
    await put(rig.redis, `FORMER${at}`)
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => check(redis, 'key_rejected'),
      ({ redis }) => put(redis, `NEXT${at}`),
    )
    if (!lagged) break
    expect({ at, status: await standing() }).toEqual({ at, status: 'unchecked' })
  }
})

it('a check that comes late leaves nothing of a team key that was deleted, and nothing in one that was made anew', async () => {
  for (let at = 0; ; at++) {
    for (const isRenewed of [false, true]) {
      await put(rig.redis, 'FORMER')
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => check(redis, 'key_rejected'),
        async ({ redis }) => {
          await deleteTeamKey(depsWith(redis), 'acme')
          if (isRenewed) await put(redis, 'NEXT')
        },
      )
      if (!lagged) return
      if (isRenewed) expect({ at, status: await standing() }).toEqual({ at, status: 'unchecked' })
      else expect({ at, lane: await rig.redis.hgetall(laneKeys('acme').lane) }).toEqual({ at, lane: {} })
      await deleteTeamKey(rig.deps, 'acme').catch(() => {})
    }
  }
})

it('a key that is replaced lets its lane go on, whichever write the request died before, once it is sent again', async () => {
  for (let at = 0; ; at++) {
    await put(rig.redis, `FORMER${at}`)
    await check(rig.redis, 'key_rejected')
    const problem = { code: 'key_rejected' as const, detail: '', at: 1 }
    await rig.store.lane('acme').putStanding({ blocked: problem, status: 'rejected', problem })
    const died = await diesAt(rig.redis, at, ({ redis }) => put(redis, `NEXT${at}`))
    await put(rig.redis, `NEXT${at}`)
    const { blocked } = await rig.store.lane('acme').standing()
    expect({ at, blocked, status: await standing() }).toEqual({ at, blocked: null, status: 'unchecked' })
    if (!died) break
  }
})

it('a team key that was made anew stays paused, where another deletion, or another request that makes it, comes late', async () => {
  for (const late of ['delete', 'put']) {
    for (let at = 0; ; at++) {
      if (late === 'delete') await put(rig.redis, 'FORMER')
      else await rig.store.lane('acme').pause(1)
      const lagged = await lagsAt(
        rig.redis,
        at,
        async ({ redis }) => (late === 'delete' ? deleteTeamKey(depsWith(redis), 'acme') : put(redis, 'NEXT')),
        async ({ redis }) => {
          await deleteTeamKey(depsWith(redis), 'acme').catch(() => {})
          await put(redis, 'NEXT')
          await createStore(redis).lane('acme').pause(2)
        },
      )
      if (!lagged) break
      expect({ late, at, paused: await rig.store.lane('acme').isPaused() }).toEqual({ late, at, paused: true })
      await deleteTeamKey(rig.deps, 'acme').catch(() => {})
    }
  }
})

/** A visit that Apple refuses with `code`, whatever it asks: as it does with the key that the visit began with. */
function visitRefused(redis: Redis, code: 'key_rejected' | 'agreement_required') {
  const session = new Proxy(rig.session(), { get: () => () => Promise.reject(new AppError(code)) })
  return rig.visitBy(redis, { apple: { session: () => session, clockOffsetMs: () => 0, close: async () => {} } })
}
/** Among all that is to be told of the lane: its members are as many as a test has rounds. */
const told = async () =>
  (await rig.store.lane('acme').facts.peek(10_000))
    .map(({ type }) => type)
    .filter((type) => type.startsWith('team_key.'))

it.each(['key_rejected', 'agreement_required'] as const)(
  'a visit that comes late with what Apple refused a key with (%s) says nothing of the key that replaced it',
  async (code) => {
    await rig.addRoster()
    let lags = 0
    for (let at = 0; ; at++) {
      await put(rig.redis, `FORMER${at}`)
      await rig.redis.del(laneKeys('acme').facts)
      await rig.redis.hset(laneKeys('acme').lane, 'toldBlock', '', 'suspicion', JSON.stringify({ count: 9, since: 1 }))
      // The same person each time, for a lane that grows with the rounds has one more write a round. What sleeps since the last one is due.
      await rig.join('ann', { firstName: `${at}` })
      rig.pass(60_000)
      let isBegun = false
      let before: string[] = []
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => visitRefused(redis, code),
        async ({ redis }) => {
          isBegun = (await redis.exists(laneKeys('acme').lease)) === 1
          // What was told before the key was replaced was true.
          before = await told()
          await put(redis, `NEXT${at}`)
        },
      )
      if (!lagged) break
      // Who has not begun has the new key.
      if (!isBegun) continue
      lags++
      const { blocked, outage } = await rig.store.lane('acme').standing()
      const after = { blocked, outage, status: await standing(), told: await told() }
      expect({ at, ...after }).toEqual({ at, blocked: null, outage: null, status: 'unchecked', told: before })
    }
    expect(lags).toBeGreaterThan(5)
    await put(rig.redis, 'LAST')
    await rig.until(async () => expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['invited'])))
    await rig.until(async () => expect((await told()).slice(-1)).toEqual(['team_key.recovered']))
  },
)

/** A visit that read the lane's key before `between`, and took the lane's lease after it: in a cluster they lie on two nodes. Which keys it used. */
async function visitAcross(between: () => Promise<unknown>): Promise<string[]> {
  const used: string[] = []
  const readKey = async () => {
    const key = await rig.store.teamKeys.find('acme')
    return key && { issuerId: key.issuerId, keyId: key.keyId, privateKey, at: key.updatedAt }
  }
  const before = [await readKey()]
  await between()
  await rig.visitBy(rig.redis, {
    credentials: async () => (before.length > 0 ? before.pop() : readKey()),
    apple: {
      session: ({ keyId }, ...more) => {
        used.push(keyId)
        const [known] = rig.emulator.keys
        if (!known) throw new Error('The emulator has no key.')
        const session = rig.apple.session({ ...known, privateKey: known.privateKeyPem }, ...more)
        return keyId === 'NEXT'
          ? session
          : new Proxy(session, { get: () => () => Promise.reject(new AppError('agreement_required')) })
      },
      clockOffsetMs: () => 0,
      close: async () => {},
    },
  })
  return [...new Set(used)]
}

it('a visit uses nothing of a key that was replaced between the reading of it and the lease of the lane, and tells nothing of it', async () => {
  await rig.addRoster()
  await put(rig.redis, 'FORMER')
  await rig.join('u-1')
  expect(await visitAcross(() => put(rig.redis, 'NEXT'))).toEqual(['NEXT'])
  expect(await rig.store.lane('acme').standing()).toMatchObject({ blocked: null, outage: null, status: 'working' })
  expect(await told()).toEqual([])
  expect(await rig.statuses()).toEqual({ 'u-1': 'invited' })
})

it('a visit uses nothing of a key that was deleted before it had the lease, or deleted and made anew', async () => {
  await put(rig.redis, 'FORMER')
  const used = await visitAcross(async () => {
    await deleteTeamKey(rig.deps, 'acme')
    await rig.redis.zadd(laneKeys('acme').schedule, 1, 'builds:1234')
  })
  expect(used).toEqual([])
  await put(rig.redis, 'FORMER')
  const usedAnew = await visitAcross(async () => {
    await deleteTeamKey(rig.deps, 'acme')
    await put(rig.redis, 'NEXT')
    // It brings a key of its own.
    await rig.addRoster()
    await put(rig.redis, 'NEXT')
    await rig.join('u-1')
  })
  expect(usedAnew).toEqual(['NEXT'])
  expect(await rig.store.lane('acme').standing()).toMatchObject({ blocked: null, outage: null })
  expect(await rig.statuses()).toEqual({ 'u-1': 'invited' })
})

it('that a key works again is told without another event, whichever write the visit in which it was answered died before', async () => {
  await rig.addRoster()
  for (let at = 0; ; at++) {
    await put(rig.redis, `NEXT${at}`)
    await rig.redis.del(laneKeys('acme').facts)
    await rig.redis.hset(laneKeys('acme').lane, 'toldBlock', 'key_rejected')
    await rig.join(`u-${at}`)
    const died = await diesAt(rig.redis, at, ({ redis }) => rig.visitBy(redis))
    await rig.redis.del(laneKeys('acme').lease)
    await rig.until(async () => expect((await rig.statuses())[`u-${at}`]).toBe('invited'))
    await rig.until(
      async () => expect({ at, told: await told() }).toEqual({ at, told: ['team_key.recovered'] }),
      20_000,
    )
    if (!died) break
  }
})

it('a key that a process gives whose clock is behind lets its lane go on', async () => {
  await put(rig.redis, 'FORMER')
  await check(rig.redis, 'key_rejected')
  const problem = { code: 'key_rejected' as const, detail: '', at: 1 }
  await rig.store.lane('acme').putStanding({ blocked: problem, status: 'rejected', problem })
  // No clock but the store's decides which key is the newer one.
  vi.useFakeTimers({ now: Date.now() - 600_000, toFake: ['Date'] })
  await putTeamKey(depsWith(rig.redis), { id: 'acme', issuerId: 'i', keyId: 'NEXT', privateKey })
  vi.useRealTimers()
  expect(await rig.store.lane('acme').standing()).toMatchObject({ blocked: null, status: 'unchecked' })
  await check(rig.redis, null)
  expect(await standing()).toBe('working')
})
