import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventually, startRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import type { MemberChange } from '../../domain/change.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { globalKeys, readyShard } from '../keys.ts'
import { createStore } from '../store.ts'
import { createLaneStore } from './lane-store.ts'
import { createReadyIndex } from './ready.ts'
import { recordChanges } from './record-changes.ts'
import { TIMELINE_KEPT } from '../../domain/timeline.ts'
import { DAY, NOW, withChanges } from '../../../testing/with-changes.ts'

const { redis, connect, keys, change, mark, record, outcomes, members } = await withChanges()

describe('recordChanges', () => {
  it('records desired state and an outbox entry in one step', async () => {
    expect(await record([change('u1')])).toMatchObject({
      awake: false,
      changes: [{ outcome: 'accepted', version: 1 }],
    })
    expect(await members().find('u1')).toMatchObject({
      desired: { version: 1, present: true, email: 'u1@example.com', time: NOW, joined: 1 },
      observed: null,
      status: 'pending',
    })
    const lane = createLaneStore(redis, 'acme')
    expect(await lane.takeOutbox('token', 10)).toMatchObject([{ roster: 'gold', member: 'u1', from: 'interactive' }])
  })

  it('counts the same source and id once, within a batch, later, and in the next period', async () => {
    const event = change('u1', { digest: mark('d1') })
    expect(await outcomes([event, event])).toEqual(['accepted', 'duplicate'])
    expect(await outcomes([event])).toEqual(['duplicate'])
    expect(await outcomes([event], NOW + 7 * DAY)).toEqual(['duplicate'])
  })

  it('lets the later arrival win at equal times, and the older time lose', async () => {
    const at = (time: number, email: string) => change('u1', { time, email })
    expect(await outcomes([at(NOW - 10, 'a@x.de'), at(NOW - 10, 'b@x.de'), at(NOW - 11, 'c@x.de')])).toEqual([
      'accepted',
      'accepted',
      'stale',
    ])
    expect((await members().find('u1'))?.desired).toMatchObject({ email: 'b@x.de', version: 2 })
  })

  it('refuses an event more than ten minutes ahead', async () => {
    expect(await outcomes([change('u1', { time: NOW + 600_000 }), change('u2', { time: NOW + 600_001 })])).toEqual([
      'accepted',
      'future',
    ])
  })

  it('says so when the roster is not of this lane, and goes on with the others', async () => {
    expect(await outcomes([change('u1', { roster: 'silver' }), change('u2')])).toEqual(['gone', 'accepted'])
    expect(await redis.exists(keys.roster('silver').desired)).toBe(0)
  })

  it('keeps address and names of a member that leaves', async () => {
    await record([change('u1')])
    await record([change('u1', { kind: 'leave', email: null, firstName: null })])
    expect((await members().find('u1'))?.desired).toMatchObject({
      present: false,
      email: 'u1@example.com',
      firstName: 'Ann',
    })
    await record([change('u2'), change('u2', { kind: 'leave', email: null, firstName: null })])
    expect((await members().find('u2'))?.desired).toMatchObject({ present: false, email: 'u2@example.com', version: 2 })
    expect(await members().withAddress('u2@example.com')).toEqual(['u2'])
  })

  it('keeps what changes leave out, however many are recorded at once', async () => {
    await record([change('u1')])
    const parts = (at: number): Partial<MemberChange>[] => [
      { email: `${at}@x.de`, firstName: undefined, lastName: undefined },
      { email: undefined, firstName: `F${at}`, lastName: undefined },
      { email: undefined, firstName: undefined, lastName: `L${at}` },
    ]
    const recorded = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        outcomes(parts(at).map((part) => change('u1', { kind: 'update', ...part }))),
      ),
    )
    expect(recorded.flat()).toEqual(Array.from({ length: 24 }, () => 'accepted'))
    const { email, firstName, lastName, version } = (await members().find('u1'))?.desired ?? {}
    const at = email?.[0]
    expect([version, firstName, lastName]).toEqual([25, `F${at}`, `L${at}`])
  })

  it('goes on from the newest where an older or a repeated change of a batch leaves something out', async () => {
    const part = { kind: 'update', firstName: undefined, lastName: undefined } as const
    await record([change('u1', { time: NOW - 5, digest: mark('d0') })])
    const batch = [
      change('u1', { ...part, email: 'old@x.de', time: NOW - 9 }),
      change('u1', { ...part, email: 'again@x.de', digest: mark('d0') }),
      change('u1', { ...part, email: undefined, lastName: 'Lee' }),
      change('u1', { ...part, email: undefined, firstName: null }),
    ]
    expect(await outcomes(batch)).toEqual(['stale', 'duplicate', 'accepted', 'accepted'])
    expect((await members().find('u1'))?.desired).toMatchObject({
      email: 'u1@example.com',
      firstName: null,
      lastName: 'Lee',
      version: 3,
    })
  })

  it('moves the search entries with the address', async () => {
    await record([change('u1')])
    await record([change('u1', { email: 'New@Example.com' })])
    expect(await members().withAddress('u1@example.com')).toEqual([])
    expect(await members().withAddress('new@example.com')).toEqual(['u1'])
  })

  it('is found by a search right after it was recorded, and only by what it is now', async () => {
    const search = async (q: string) => (await members().list({ q, limit: 10 })).ids
    await record([change('U1')])
    expect([await search('u1'), await search('ann'), await search('u1@ex')]).toEqual([['U1'], ['U1'], ['U1']])
    await record([change('U1', { firstName: 'Bea' }), change('U2')])
    expect([await search('ann'), await search('bea')]).toEqual([['U2'], ['U1']])
    await record([change('U1', { kind: 'leave', email: null, firstName: null })])
    expect(await search('bea')).toEqual(['U1'])
    expect((await members().list({ limit: 10 })).ids).toEqual(['U1', 'U2'])
  })

  it('waits for an address where none is known', async () => {
    await record([change('u1', { email: null })])
    expect((await members().find('u1'))?.status).toBe('waiting')
  })

  it('keeps the newest timeline entries only', async () => {
    for (let at = 0; at < TIMELINE_KEPT + 5; at++) {
      await record([change('u1', { timelineEntry: formatEntry({ t: at, k: 'note', d: 'so' }) })])
    }
    const entries = await members().timeline('u1')
    expect(entries).toHaveLength(TIMELINE_KEPT)
    expect(entries[0]).toMatchObject({ t: TIMELINE_KEPT + 4 })
  })

  it('tells whether a worker visits the lane', async () => {
    await redis.set(keys.lease, 'token')
    expect(await record([change('u1')])).toMatchObject({ awake: true })
  })

  it('rings the lane in the same step, where something was recorded and no worker visits it', async () => {
    const subscriber = connect()
    const rung: string[] = []
    subscriber.on('message', (_channel, lane: string) => rung.push(lane))
    await subscriber.subscribe(globalKeys.doorbell)
    const ring = async (event: MemberChange) => {
      const options = { teamKey: 'acme', changes: [event], dedupMs: 7 * DAY, packed: true, rings: true }
      const { awake } = await recordChanges(redis, options)
      const [due] = await createReadyIndex(redis).claim({ limit: 1, claimMs: 20_000 })
      await redis.del(globalKeys.ready(readyShard('acme')), globalKeys.held(readyShard('acme')))
      return { awake, due: due?.lane }
    }
    expect(await ring(change('u1', { digest: mark('d1') }))).toEqual({ awake: true, due: 'acme' })
    expect(await ring(change('u1', { digest: mark('d1') }))).toEqual({ awake: false, due: undefined })
    await redis.set(keys.lease, 'token')
    expect(await ring(change('u2'))).toEqual({ awake: true, due: undefined })
    await subscriber.ping()
    expect(rung).toEqual(['acme'])
  })

  it('rings the lane after the step, and claims it before, behind a proxy that takes no keys of two slots', async () => {
    await using server = await startRedis({ args: ['--cluster-enabled', 'yes'] })
    const sharded = new Redis(server.url)
    await sharded.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await eventually(async () => expect(await sharded.call('CLUSTER', 'INFO')).toContain('cluster_state:ok'))
    await sharded.sadd(keys.rosters, 'gold')
    const store = createStore(sharded)
    for (const member of ['u1', 'u2']) {
      const result = await store.recordChanges({ teamKey: 'acme', changes: [change(member)], dedupMs: DAY })
      expect(result).toMatchObject({ awake: false, changes: [{ outcome: 'accepted', version: 1 }] })
      await store.noteRecorded('acme', result)
      expect(await store.ready.claim({ limit: 1, claimMs: 1 })).toMatchObject([{ lane: 'acme' }])
      await sharded.del(globalKeys.ready(readyShard('acme')), globalKeys.held(readyShard('acme')))
    }
    const claiming = { claim: { lane: 'acme', until: 0 }, claimMs: 20_000 }
    expect(await createLaneStore(sharded, 'acme').open('one', 1, claiming)).toEqual({ kind: 'unclaimed' })
    await store.ready.ring('acme')
    expect(await createLaneStore(sharded, 'acme').open('two', 15_000, claiming)).toMatchObject({ kind: 'opened' })
    expect(await store.ready.dueAt(['acme'])).toEqual([claiming.claim.until])
    sharded.disconnect()
  })

  it('takes a batch of 1,000 with any member id', async () => {
    const ids = ['__proto__', '1', 'ann:b', 'ü 😀', ...Array.from({ length: 996 }, (_, at) => `u${at}`)]
    expect(new Set(await outcomes(ids.map((id) => change(id))))).toEqual(new Set(['accepted']))
    expect(await members().findMany(ids)).not.toContain(undefined)
  })

  it('always has the newest decide, and of equals the one that arrived later', async () => {
    const isNewer = (time: number, before: { time: number } | undefined) => before === undefined || time >= before.time
    const event = fc.record({ member: fc.constantFrom('a', 'b'), time: fc.integer({ min: 0, max: 5 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (events, batch) => {
        await redis.del(keys.roster('gold').desired)
        const decided = new Map<string, { time: number; email: string }>()
        const expected: string[] = []
        const changes = events.map(({ member, time }, at) => {
          const email = `${at}@x.de`
          const newer = isNewer(time, decided.get(member))
          expected.push(newer ? 'accepted' : 'stale')
          if (newer) decided.set(member, { time, email })
          return change(member, { time, email })
        })
        const got: string[] = []
        for (let from = 0; from < changes.length; from += batch)
          got.push(...(await outcomes(changes.slice(from, from + batch))))
        expect(got).toEqual(expected)
        for (const [member, { email }] of decided) expect((await members().find(member))?.desired.email).toBe(email)
      }),
      { numRuns: 60 },
    )
  })
})
