import { describe, expect, it } from 'vitest'
import { growthOf } from '../../../testing/growth.ts'
import type { Desired } from '../../domain/member.ts'
import { createSnapshotPlanner, type RejectedRows, type SnapshotRow } from './plan-snapshot.ts'

const NOBODY: RejectedRows = { count: 0, ids: new Set(), addresses: new Set(), disputed: new Set(), unclear: false }
const row = (at: number): SnapshotRow => ({
  row: at + 1,
  id: `n-${at}`,
  email: `n${at}@example.com`,
  asWritten: null,
  firstName: null,
  lastName: null,
})
const member = (at: number): Desired => ({
  v: 1,
  version: 1,
  present: true,
  email: `n${at}@example.com`,
  firstName: null,
  lastName: null,
  time: 0,
  at: 0,
  joined: 1,
})
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Turns of others that a plan of so many rows waits for: while rows are taken, and at the end, beside so many members. */
async function turnsOf({ rows, members }: { rows: number; members: number }) {
  let turns = 0
  const turn = async () => void turns++
  const planner = await createSnapshotPlanner(upTo(rows).map(row), NOBODY, 1, () => false, turn)
  const taking = turns
  for (const at of upTo(members)) planner.see(`n-${at}`, member(at))
  await planner.finish()
  return { taking, finishing: turns - taking }
}

describe('the plan of a whole list', () => {
  it('lets others have their turn every 2,000 rows: while they are taken, and while they are judged', async () => {
    expect(await turnsOf({ rows: 5_000, members: 0 })).toEqual({ taking: 2, finishing: 2 })
  })

  it('does so every 2,000 members whom no row names', async () => {
    expect(await turnsOf({ rows: 0, members: 5_000 })).toEqual({ taking: 0, finishing: 2 })
  })

  it('does so while it looks whom ids that were kept out may mean', async () => {
    let turns = 0
    const ids = new Set(upTo(10_000).map((at) => `n-${at}`))
    const turn = async () => void turns++
    const planner = await createSnapshotPlanner([], { ...NOBODY, count: ids.size, ids }, 1, () => false, turn)
    planner.see('somebody', member(0))
    await planner.finish()
    expect(turns).toBeGreaterThanOrEqual(5)
  })

  it('has nothing to wait for in a list of 1,999', async () => {
    expect(await turnsOf({ rows: 1_999, members: 1_999 })).toEqual({ taking: 0, finishing: 0 })
  })
})

describe('a list beside members who are alike', () => {
  const odd = (at: number) => Array.from(at.toString(2).padStart(12, '0'), (bit) => (bit === '1' ? '-' : '+')).join('')
  type Kind = (side: 'row' | 'member', at: number) => { id: string; email: string | null | undefined }
  const kinds: [string, Kind][] = [
    ['in their address', (side, at) => ({ id: `${side}-${at}`, email: 'ann@example.com' })],
    [
      'in what an address looks like',
      (side, at) => ({ id: `${side}-${at}`, email: `${odd(at)}${side === 'row' ? '-' : ''}a@example.com` }),
    ],
    [
      'in an id of long digits',
      (side, at) => ({ id: `${12_345_678_900_000_000 + 10 * at + (side === 'row' ? 5 : 0)}`, email: undefined }),
    ],
    [
      'in an id with zeros before it',
      (side, at) => ({
        id: `${'0'.repeat(1 + (at % 200))}7${side === 'row' ? ' ' : ''}${'\u200b'.repeat(at / 200)}`,
        email: undefined,
      }),
    ],
  ]
  const planOf = async (kind: Kind, count: number) => {
    const rows = upTo(count).map((at) => ({ ...row(at), ...kind('row', at) }))
    const planner = await createSnapshotPlanner(
      rows,
      NOBODY,
      1,
      () => false,
      async () => {},
    )
    for (const at of upTo(count)) {
      const { id, email = null } = kind('member', at)
      planner.see(id, { ...member(at), email })
    }
    return planner.finish()
  }

  it.each(kinds)('%s, all of them, costs no more for each row than one of few', async (_name, kind) => {
    const plan = (count: number) => planOf(kind, count)
    // Eight times as many cost eight times as much; sixty-four times, where each is compared with all.
    const most = 30
    expect(await growthOf(plan, { sizes: [500, 4_000], most, leastUs: 2_000 })).toBeLessThan(most)
  })

  it('takes nobody out of whom so many are alike that a row was not compared with all', async () => {
    const plan = await planOf(kinds[0]![1], 100)
    expect([plan.remove, plan.add.length, plan.unchanged]).toEqual([[], 100, 100])
    expect((await planOf(kinds[1]![1], 100)).remove).toEqual([])
    // A few are looked at one by one, and a new id is a new member.
    const few = await planOf(kinds[0]![1], 3)
    expect([few.remove.length, few.add.length]).toEqual([3, 3])
  })
})
