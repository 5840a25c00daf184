import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeRoster } from '@flightroster/core/testing'
import type { MemberChange } from '../../domain/change.ts'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { memoryOf, sum } from '../../../testing/memory-of.ts'
import { globalKeys } from '../keys.ts'
import { createLaneStore } from './lane-store.ts'
import { createMembers } from '../member/members.ts'
import { recordChanges } from './record-changes.ts'
import type { Outcome } from './record-outcome.ts'
import { DAY, NOW, withChanges } from '../../../testing/with-changes.ts'

const { redis, connect, keys, change, mark, record, outcomes, members } = await withChanges()

describe('dedup marks', () => {
  const marksKey = keys.marks(Math.floor(NOW / (7 * DAY)))
  const markAll = async (names: number[], options: { roster?: string } = {}) => {
    const answers: string[] = []
    for (let from = 0; from < names.length; from += 1_000) {
      const page = names.slice(from, from + 1_000)
      // All of one member, so that nothing else grows.
      answers.push(...(await outcomes(page.map((name) => change('u1', { digest: mark(name), ...options })))))
    }
    return answers
  }
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

  it.each([1_000, 20_000, 100_000])('take 24 bytes each at most, of %i', async (count) => {
    await markAll(range(0, count))
    const sizes = await memoryOf(redis, marksKey)
    expect(sum(sizes.values()) / count).toBeLessThanOrEqual(24)
    // What they are is worth nothing once Redis keeps them in another form.
    const forms = await Promise.all([...sizes.keys()].map((key) => redis.object('ENCODING', key)))
    expect(new Set(forms)).toEqual(new Set(['int', 'intset']))
  })

  it('know every one again, and no other, however many there are and however they came', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, async (batches) => {
        await redis.flushall()
        await redis.sadd(keys.rosters, 'gold')
        let known = 0
        for (const size of batches) {
          // Some that are there, and one that comes twice in one request.
          const again = range(Math.max(0, known - 20), known)
          const added = range(known, known + size)
          const expected = [...again.map(() => 'duplicate'), ...added.map(() => 'accepted'), 'duplicate']
          expect(await markAll([...again, ...added, known])).toEqual(expected)
          known += size
        }
        expect(new Set(await markAll(range(0, known)))).toEqual(new Set(['duplicate']))
        expect(await redis.get(marksKey)).toBe(String(known))
      }),
      { numRuns: 15 },
    )
  })

  it('end with the period after theirs, all of them at once', async () => {
    await markAll(range(0, 1_000))
    const expiries = await Promise.all(
      [...(await memoryOf(redis, marksKey)).keys()].map((key) => redis.pexpiretime(key)),
    )
    expect(expiries.length).toBeGreaterThan(5)
    expect(Math.min(...expiries)).toBeGreaterThan(Date.now() + 13.9 * DAY)
    expect(Math.max(...expiries) - Math.min(...expiries)).toBeLessThan(60_000)
  })
})

describe.each([true, false])('entries by address, in their short form: %s', (packed) => {
  const { index } = keys.roster('gold')
  // On a connection of its own each: a process learns only once in which form it writes.
  const members = () => createMembers(connect(), 'acme', 'gold')
  const record = (changes: MemberChange[]) =>
    recordChanges(redis, { teamKey: 'acme', changes, dedupMs: 7 * DAY, now: NOW, packed })
  /** Every id that is noted under some address. */
  const entriesOf = async () => {
    await members().index()
    const parts = await Promise.all((await redis.keys(`${index}:*`)).map((key) => redis.hvals(key)))
    const former = (await redis.exists(index)) ? await redis.zrange(index, '0', '-1') : []
    return [...parts.flat().flatMap((ids) => ids.split('\u0000')), ...former.map((entry) => entry.split('\u0000')[1])]
  }
  beforeEach(async () => {
    await redis.set(globalKeys.packedFrom, packed ? 0 : Date.now() + DAY)
  })

  it.each([
    ['a plain one', 'U-1', 'Ann.Lee@Example.com', 'ann.lee@example.com'],
    ['letters beyond ASCII', 'Ü-1', 'ÉLODIE@example.com', 'élodie@example.com'],
    ['space around it', 'u-1', ' A@example.com', 'a@example.com'],
  ])('find %s, nothing else, and go with it', async (_name, id, email, key) => {
    await record([change(id, { email, firstName: 'Öz' })])
    expect(await entriesOf()).toEqual([id])
    expect((await redis.exists(index)) === 0).toBe(packed)
    expect(await members().withAddress(key)).toEqual([id])
    await record([change(id, { kind: 'update', email: null })])
    expect(await entriesOf()).toEqual([])
  })

  it('name all who share one, and those who are left', async () => {
    await record(['u1', 'u2', 'u3'].map((id) => change(id, { email: 'Shared@example.com' })))
    expect((await members().withAddress('shared@example.com')).sort()).toEqual(['u1', 'u2', 'u3'])
    await record([change('u2', { kind: 'update', email: 'own@example.com' })])
    expect(
      (await members().withAddresses(['shared@example.com', 'nobody@x.de', 'own@example.com'])).map((ids) =>
        ids.sort(),
      ),
    ).toEqual([['u1', 'u3'], [], ['u2']])
  })

  it('leave out what release 0.1.0 kept for its searches, once the law of the lane is proved', async () => {
    await record([change('u1')])
    await redis.del(keys.roster('gold').unindexed)
    await redis.zadd(index, 0, 'e:u1@example.com\u0000u1')
    const former = Array.from({ length: 1_500 }, (_, at) => [`i:${at}\u0000${at}`, `n:ann ${at}\u0000${at}`]).flat()
    for (let from = 0; from < former.length; from += 1_000) {
      await redis.zadd(index, ...former.slice(from, from + 1_000).flatMap((entry) => [0, entry]))
    }
    await members().dropFormerIndex()
    expect(await redis.zrange(index, '0', '-1')).toEqual(packed ? [] : ['e:u1@example.com\u0000u1'])
    expect(await members().withAddress('u1@example.com')).toEqual(['u1'])
  })
})

it('keeps a member with their whole life under 860 bytes, over every key, with a UUID for an id', async () => {
  const COUNT = 10_000
  const ids = Array.from({ length: COUNT }, () => randomUUID())
  const store = createLaneStore(redis, 'acme')
  for (let from = 0; from < COUNT; from += 1_000) {
    await record(
      ids.slice(from, from + 1_000).map((id, at) =>
        change(id, {
          email: `firstname.lastname${from + at}@example.com`,
          lastName: 'Lastname',
          digest: mark(id),
          timelineEntry: formatEntry({ t: NOW, k: 'joined', o: 'event', e: `member.joined-${id}` }),
        }),
      ),
    )
  }
  await members().index()
  await store.open('token', 600_000)
  const lives = ids.map((id, at) => lifeOf(id, `firstname.lastname${at}@example.com`))
  for (const step of [0, 1, 2]) {
    for (let from = 0; from < COUNT; from += 500) {
      const outcomes = lives.slice(from, from + 500).flatMap((life) => life[step] ?? [])
      await Promise.all(outcomes.map((outcome) => store.recordOutcome('token', outcome)))
    }
  }
  // What happened on a roster is kept of its last 10,000 entries, however many members there are.
  await redis.del(keys.outboxInteractive, keys.roster('gold').activity)
  const sizes = await memoryOf(redis, 'fr:{acme}:')
  expect(sum(sizes.values()) / COUNT).toBeLessThan(860)
})

/** Created, then seen to have accepted, then to have installed. */
function lifeOf(member: string, email: string): Outcome[] {
  const testerIds = new Map([[email, randomUUID()]])
  const steps = [
    ['invited', [['POST /v1/betaTesters', 201]]],
    ['accepted', []],
    ['installed', []],
  ] as const
  return steps.map(([state, calls], at): Outcome => ({
    roster: makeRoster({ id: 'gold' }),
    met: { fresh: 0, invite: 0 },
    member,
    ref: `m-${member}`,
    version: 1,
    observed: { ...NOTHING_OBSERVED, email, state, confirmed: true, observedAt: NOW + at, converged: 1 },
    status: state,
    entry: { t: NOW + at, k: 'run', c: calls.map(([call, status]): [string, number] => [call, status]), s: state },
    fact: null,
    ending: 'done',
    testerIds,
  }))
}
