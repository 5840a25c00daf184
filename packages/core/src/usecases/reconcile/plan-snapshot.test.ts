import { describe, expect, it } from 'vitest'
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

  it('has nothing to wait for in a list of 1,999', async () => {
    expect(await turnsOf({ rows: 1_999, members: 1_999 })).toEqual({ taking: 0, finishing: 0 })
  })
})
