import { describe, expect, it } from 'vitest'
import { makeRoster } from '../../../testing/fixtures.ts'
import { makeTurn, type TurnMember } from '../../../testing/turn-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneJob } from '../../queues/index.ts'
import type { LaneStore, MemberRecord, Store, Work } from '../../store/index.ts'
import type { Visit } from '../visit/visit.ts'
import { findElsewhere, loadBatch } from './load-batch.ts'

interface Member extends TurnMember {
  roster?: string
  status?: MemberRecord['status']
  job?: Partial<LaneJob>
}

/** A lane in memory: rosters, and members with a job each. Ids of testers by app and address. */
function makeStore(rosters: Roster[], members: Member[], testerIds: Record<string, string> = {}) {
  const byId = new Map(rosters.map((roster) => [roster.id, roster]))
  const records = members.map((member, at) => {
    const { desired, observed, member: id } = makeTurn(makeRoster(), member, at)
    return {
      roster: member.roster ?? 'gold',
      record: { id, desired, observed, status: member.status ?? 'pending' } satisfies MemberRecord,
    }
  })
  const work = new Map<string, Work>()
  const jobs = members.map((member, at) => {
    const { id = `m${at}`, roster = 'gold', fresh, invite } = member
    work.set(id, { roster, member: id, fresh: fresh ? 1 : 0, invite: invite ? 1 : 0 })
    return { ref: id, roster, poisoned: false, ...member.job } as LaneJob
  })
  const of = (roster: string) => records.filter((one) => one.roster === roster).map(({ record }) => record)
  const read = { members: 0 }
  const lane = {
    readWork: async (refs: string[]) => refs.map((ref) => work.get(ref) ?? null),
    testerIds: async (app: string, keys: string[]) =>
      new Map(keys.flatMap((key) => (testerIds[`${app} ${key}`] ? [[key, testerIds[`${app} ${key}`]!] as const] : []))),
    removals: async (_app: string, asked: unknown[]) => asked.map(() => null),
  }
  const store = {
    rosters: {
      findMany: async (ids: string[]) =>
        new Map(ids.flatMap((id) => (byId.has(id) ? [[id, structuredClone(byId.get(id)!)] as const] : []))),
    },
    rosterIdsOfApp: async (app: string) => rosters.filter((roster) => roster.app.id === app).map(({ id }) => id),
    rostersOf: async () => rosters.map(({ id }) => id),
    members: (_teamKey: string, roster: string) => ({
      async findMany(ids: string[]) {
        read.members++
        return ids.map((id) => structuredClone(of(roster).find((record) => record.id === id)))
      },
      withAddresses: async (keys: string[]) =>
        keys.map((key) =>
          of(roster)
            .filter(({ desired }) => desired.email === key)
            .map(({ id }) => id),
        ),
      counts: async () => ({}),
    }),
    lane: () => ({
      ...lane,
      seats: () => ({ read: async () => ({ limit: 10_000, used: null, countedAt: null }) }),
      roster: () => ({ seatLine: { count: async () => 0 } }),
      builds: { find: async () => null },
    }),
  }
  return {
    store: store as unknown as Store,
    visit: { deps: { store, lane }, teamKey: 'acme' } as unknown as Visit,
    jobs,
    byId,
    records: records.map(({ record }) => record),
    read,
    work,
    load: () => loadBatch(store as unknown as Store, lane as unknown as LaneStore, 'acme', jobs),
  }
}

const IN = { confirmed: true, converged: 2, email: 'm0@example.com', state: 'accepted' as const }
const BLOCKED = { code: 'group_gone' as const, detail: 'Gone.', at: 1 }

describe('a batch', () => {
  it('parks members of a roster that is paused or blocked, and asks nothing for them', async () => {
    const rosters = [
      makeRoster({ paused: true }),
      makeRoster({ id: 'silver', blocked: BLOCKED }),
      makeRoster({ id: 'open' }),
    ]
    const { turns } = await makeStore(rosters, [{}, { roster: 'silver' }, { roster: 'open' }]).load()
    expect(turns.map(({ ending }) => ending)).toEqual([
      { kind: 'parked', problem: null },
      { kind: 'parked', problem: 'group_gone' },
      null,
    ])
  })

  it('begins no job that ended its workers, but parks it all the same where its roster is paused', async () => {
    const job = { poisoned: true }
    const rosters = [makeRoster(), makeRoster({ id: 'silver', paused: true })]
    const { turns } = await makeStore(rosters, [{ job }, { roster: 'silver', job }]).load()
    expect(turns.map(({ ending }) => ending?.kind)).toEqual(['poisoned', 'parked'])
  })

  it('has no turn for anybody of a roster that is being forgotten: nothing of them could be recorded', async () => {
    const { turns, obsolete } = await makeStore([makeRoster({ deleting: true, forgetting: true })], [{}]).load()
    expect(turns).toEqual([])
    expect(obsolete.map(({ ref }) => ref)).toEqual(['m0'])
  })

  it('has one turn for each member, whatever jobs there are, and none where member, roster or work is gone', async () => {
    const lane = makeStore([makeRoster()], [{}, { id: 'ann' }, { roster: 'gone' }])
    lane.jobs.push({ ...lane.jobs[0]!, id: '17' }, { ref: 'nobody', roster: 'gold' } as LaneJob)
    lane.records.splice(1, 1)
    const { store } = makeStore([makeRoster()], [{}, { id: 'ann' }])
    lane.store.members = (teamKey, roster) => ({
      ...store.members(teamKey, roster),
      findMany: async (ids) =>
        (await store.members(teamKey, roster).findMany(ids)).map((record) =>
          record?.id === 'ann' ? undefined : record,
        ),
    })
    const { turns, obsolete } = await lane.load()
    expect(turns.map(({ member }) => member)).toEqual(['m0'])
    expect(obsolete.map(({ ref }) => ref).sort()).toEqual(['ann', 'm0', 'm2', 'nobody'])
  })

  it('leaves a roster of another lane to that one, and one that moves there to whoever moves it', async () => {
    const rosters = [
      makeRoster({ teamKey: 'other' }),
      makeRoster({ id: 'leaves', moving: { from: 'acme', to: 'other', since: 1 } }),
      makeRoster({ id: 'comes', moving: { from: 'other', to: 'acme', since: 1 } }),
    ]
    const members = [{}, { roster: 'leaves' }, { roster: 'comes' }]
    const { turns, obsolete, moving } = await makeStore(rosters, members).load()
    expect([obsolete, moving, turns].map((all) => all.map((one) => ('ref' in one ? one.ref : one.member)))).toEqual([
      ['m0'],
      ['m1'],
      ['m2'],
    ])
  })

  it('asks Apple first about whoever joins again and is in already, or was asked for', async () => {
    const members: Member[] = [
      { observed: IN, joined: 3 },
      { observed: { ...IN, email: 'm1@example.com' }, joined: 2 },
      { observed: { ...IN, email: 'm2@example.com', converged: 0 }, joined: 3 },
      { joined: 3 },
      { fresh: true },
    ]
    const { turns } = await makeStore([makeRoster()], members).load()
    expect(turns.map(({ fresh }) => fresh)).toEqual([true, false, false, false, true])
  })

  it('leaves the seat to whoever wants it by another member or another roster of the app, and takes back any other', async () => {
    const idle = { ...IN, reclaimed: 1 }
    const reclaimed = async (others: Member[], rosters: Roster[] = []) => {
      const lane = makeStore([makeRoster(), ...rosters], [{ observed: idle, joined: 1 }, ...others])
      lane.jobs.splice(1)
      return (await lane.load()).turns[0]?.observed.reclaimed
    }
    expect(await reclaimed([])).toBe(1)
    expect(await reclaimed([{ email: 'm0@example.com' }])).toBeNull()
    expect(await reclaimed([{ email: 'm0@example.com', roster: 'silver' }], [makeRoster({ id: 'silver' })])).toBeNull()
    const otherApp = makeRoster({ id: 'silver', app: { id: '99', bundleId: 'b', name: 'B' } })
    expect(await reclaimed([{ email: 'm0@example.com', roster: 'silver' }], [otherApp])).toBe(1)
  })

  it('knows whose removal from the app is under way, and which testers are known', async () => {
    const writing = {
      kind: 'remove_app' as const,
      email: 'M0@example.com',
      at: 1,
      reads: 0,
      answer: 'confirmed' as const,
    }
    const known = { '1234 m0@example.com': 't-0' }
    const { turns, testers } = await makeStore([makeRoster()], [{ observed: { ...IN, writing } }], known).load()
    expect([...(turns[0]?.leavesApp ?? [])]).toEqual(['m0@example.com'])
    expect(testers.get('1234')?.get('m0@example.com')).toEqual({ is: 'found', id: 't-0', state: null })
  })
})

it('takes an id for known elsewhere only where another app of the team key has it', async () => {
  const rosters = [makeRoster(), makeRoster({ id: 'silver', app: { id: '99', bundleId: 'b', name: 'B' } })]
  const elsewhere = async (known: Record<string, string>) => {
    const { visit } = makeStore(rosters, [], known)
    return findElsewhere(visit)('1234', 'ann@example.com', 't-1')
  }
  expect(await elsewhere({ '1234 ann@example.com': 't-1' })).toBe(false)
  expect(await elsewhere({ '99 ann@example.com': 't-2' })).toBe(false)
  expect(await elsewhere({ '99 ann@example.com': 't-1' })).toBe(true)
})
