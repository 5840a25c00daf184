import { describe, expect, it } from 'vitest'
import { createSettableClock } from '../../../testing/clock.ts'
import { makeRoster } from '../../../testing/fixtures.ts'
import { makeTurn } from '../../../testing/turn-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLog } from '../../log.ts'
import type { Visit } from '../visit/visit.ts'
import { VISIT } from '../visit/visit-settings.ts'
import { keepLaw } from './keep-law.ts'

const PAGES = 3
const BLOCKED = { code: 'group_gone' as const, detail: 'Gone.', at: 1 }

/** A lane of these rosters, with three pages of one member each; `mayRead`: so many pages before its visit is over. */
function makeVisit(rosters: Roster[], tasks: Record<string, number> = {}) {
  const clock = createSettableClock()
  const told: string[] = []
  const scan = { position: null as { roster: string; cursor: string } | null, mayRead: Infinity }
  const planned = new Map(Object.entries(tasks))
  const lane = {
    waitingJobs: async () => new Set(['waits']),
    scanPosition: async () => scan.position,
    keepScanPosition: async (position: typeof scan.position) => void (scan.position = position),
    async recordStranded(_token: string, { id }: Roster, members: { id: string }[]) {
      told.push(`${id}: ${members.map((member) => member.id).join()}`)
      return 0
    },
    unpark: async (id: string) => void told.push(`${id} unparked`),
  }
  const store = {
    rostersOf: async () => [],
    rosters: { findMany: async () => new Map(rosters.map((roster) => [roster.id, roster])) },
    members: () => ({
      dropFormerIndex: async () => {},
      async scan(cursor: string) {
        scan.mayRead--
        const page = Number(cursor)
        const { desired, observed } = makeTurn()
        const record = { id: page === 1 ? 'waits' : `m${page}`, desired, observed, status: 'pending' }
        return { records: [record], cursor: String((page + 1) % PAGES) }
      },
    }),
    lane: () => ({
      schedule: {
        plan: async (task: string) => void told.push(`planned ${task}`),
        dueAt: async (asked: string[]) => asked.map((task) => planned.get(task) ?? null),
      },
    }),
  }
  const deps = {
    clock,
    lane,
    store,
    log: createLog({ level: 'silent', name: 'test' }),
    settings: VISIT,
    toRef: (_roster: string, member: string) => member,
    draining: () => scan.mayRead <= 0,
  }
  const visit = { deps, teamKey: 'acme', stopped: null, begunAt: 0, lease: { isHeld: () => true } }
  return { run: async () => ((await keepLaw(visit as unknown as Visit)) ?? 0) - clock.now(), told, scan }
}

describe('the law of a lane', () => {
  it('is proved for every open member of every roster, but those whose job waits, and daily from then on', async () => {
    const { run, told } = makeVisit([makeRoster({ id: 'silver' }), makeRoster()])
    const inMs = await run()
    expect(told.filter((word) => !word.endsWith(': '))).toEqual(['gold: m0', 'gold: m2', 'silver: m0', 'silver: m2'])
    expect(Math.abs(inMs / 86_400_000 - 1)).toBeLessThanOrEqual(0.1)
  })

  it('goes on where it was cut short, in the middle of a roster, and begins anew once it is through', async () => {
    const { run, told, scan } = makeVisit([makeRoster(), makeRoster({ id: 'silver' })])
    scan.mayRead = 4
    expect(await run()).toBe(1_000)
    expect(scan.position).toEqual({ roster: 'silver', cursor: '1' })
    scan.mayRead = Infinity
    told.length = 0
    expect(await run()).toBeGreaterThan(1_000)
    expect(told).toEqual(['silver: m2'])
    expect(scan.position).toBeNull()
  })

  it('is left to others for a roster that moves or is being forgotten', async () => {
    const moving = { from: 'acme', to: 'other', since: 1 }
    const { run, told } = makeVisit([makeRoster({ moving }), makeRoster({ id: 'silver', forgetting: true })])
    await run()
    expect(told).toEqual([])
  })

  it('takes what somebody began and died over for no fault: resuming and deleting go on', async () => {
    const finished = async (roster: Partial<Roster>, tasks: Record<string, number>) => {
      const { run, told } = makeVisit([makeRoster(roster)], tasks)
      await run()
      return told.filter((word) => !word.includes(': '))
    }
    const resumed = { 'resume:gold': 5 }
    expect(await finished({}, {})).toEqual([])
    expect(await finished({}, resumed)).toEqual(['gold unparked'])
    expect(await finished({ paused: true }, resumed)).toEqual([])
    expect(await finished({ blocked: BLOCKED }, resumed)).toEqual([])
    expect(await finished({ deleting: true }, {})).toEqual(['planned delete:gold', 'gold unparked'])
  })
})
