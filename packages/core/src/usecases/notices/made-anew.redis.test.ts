import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Fact } from '../../domain/fact.ts'
import { pickNews } from '../../domain/notice.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLaneStore } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { insertRoster } from '../rosters/put-roster.ts'
import { blockRoster } from '../visit/block-roster.ts'
import { tellKey } from '../visit/tell-key.ts'
import type { Visit } from '../visit/visit.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

const visitOf = () =>
  ({
    teamKey: 'acme',
    lease: {},
    deps: { ...rig.deps, lane: createLaneStore(rig.redis, 'acme'), settings: rig.settings },
  }) as unknown as Visit
const block = (roster: Roster) => blockRoster(visitOf(), { ...roster })

/** What a notice about everything says of these facts, which come one after the other. */
function said(facts: readonly Fact[]): string[] {
  const told = new Map<string, string>()
  return facts.flatMap((fact) => {
    const picked = pickNews(['*'], [fact], told)
    for (const [thing, state] of picked.told) {
      if (state === null) told.delete(thing)
      else told.set(thing, state)
    }
    return picked.news.map(({ type }) => type)
  })
}
const recorded = (about: 'roster' | 'teamKey') =>
  rig.store
    .lane('acme')
    .facts.peek(1_000)
    .then((facts) => facts.filter((fact) => about in fact && !('member' in fact)))

it('a roster that is deleted while it is blocked, and made anew under its id, is said to be blocked again', async () => {
  const former = await rig.addRoster({ id: 'gold' })
  await block(former)
  // A worker that died on the way tells it twice: it is said once.
  await block(former)
  await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
  const anew = { ...former, createdAt: former.createdAt + 1_000 }
  await rig.store.groups.claim(anew)
  await insertRoster(rig.store, anew)
  await block(anew)
  expect(await recorded('roster')).toHaveLength(3)
  expect(said(await recorded('roster'))).toEqual(['roster.blocked', 'roster.blocked'])
})

it('a team key that is deleted while it is refused, and made anew under its id, is said to be refused again', async () => {
  const blocked = { code: 'key_rejected' as const, detail: 'Rejected.', at: 1 }
  const refuse = () => tellKey(rig.deps, 'acme', { toldBlock: '', keyAt: Date.now() }, { blocked, works: false })
  await refuse()
  const first = await recorded('teamKey')
  await rig.store.lane('acme').forget(Number.MAX_SAFE_INTEGER)
  await rig.store.teamKeys.put(makeTeamKey({ id: 'acme', createdAt: 9_000 }))
  await refuse()
  const second = await recorded('teamKey')
  expect([first.length, second.length]).toEqual([1, 2])
  expect(said(second)).toEqual(['team_key.rejected', 'team_key.rejected'])
})
