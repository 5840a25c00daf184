import { afterEach, expect, it, vi } from 'vitest'
import type { FaultRule } from '@flightroster/emulator'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { requestWork } from '../intake/index.ts'
import { retryFailed } from '../members/index.ts'

/** More find what no commit waits for. */
const SEEDS = Number(process.env['LEFT_IN_SEEDS'] ?? 14)
const FIRST = Number(process.env['LEFT_IN_SEED'] ?? 1)
const STEPS = 60
const TURNS = 300

const PEOPLE = ['ann', 'bob', 'cat']
const ROSTERS = ['gold', 'silver']
const CREATE = { method: 'POST', path: '/v1/betaTesters' }
/** What Apple's next answer is like. */
const FAULTS: FaultRule[] = [
  { kind: 'drop', when: 'after', match: CREATE },
  { kind: 'status', status: 500, when: 'after', match: CREATE },
  { kind: 'drop', when: 'after' },
  { kind: 'drop' },
  { kind: 'status', status: 422 },
  { kind: 'status', status: 409, match: { method: 'GET' } },
  { kind: 'status', status: 409, match: CREATE },
]

let aheadMs = 0
const hostNow = Date.now.bind(Date)
afterEach(() => void vi.restoreAllMocks())

/** Numbers from 0 to below `under`, the same for the same seed. */
function dice(seed: number): (under: number) => number {
  let state = seed
  return (under) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % under
  }
}

async function settle(rig: LaneRig, rosters: ReadonlyMap<string, Roster>): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await rig.visit()
    let open = 0
    for (const roster of rosters.values()) {
      const { records } = await rig.store.members('acme', roster.id).scan('0')
      if (records.some(({ status }) => status === 'failed')) await retryFailed(rig.deps, roster)
      open += records.filter(
        ({ desired, observed, status }) => status === 'failed' || desired.version !== observed?.converged,
      ).length
    }
    if (open === 0) return
    aheadMs += 5_000
  }
  throw new Error('It does not come to rest.')
}

/** Nobody reads the groups here: whom a turn leaves in is left in for good. */
async function walk(seed: number): Promise<string[]> {
  const pick = dice(seed)
  const of = <T>(items: readonly T[]) => items[pick(items.length)]!
  await using rig = await startLaneRig()
  rig.emulator.settings({ quota: { hourLimit: 1_000_000 }, readLagMs: of([0, 0, 4_000]) })
  const rosters = new Map<string, Roster>()
  for (const id of ROSTERS) rosters.set(id, await rig.addRoster({ id, removal: of(['group', 'group', 'app']) }))
  const wanted = new Map(ROSTERS.map((id) => [id, new Map<string, string>()]))
  // By address: joins, and invitations that were asked for. Each causes one mail at most.
  const reasons = new Map<string, number>()
  const mayMail = (email: string) => void reasons.set(email, (reasons.get(email) ?? 0) + 1)
  for (let step = 0; step < STEPS; step++) {
    const [roster, person] = [of(ROSTERS), of(PEOPLE)]
    const does = pick(20)
    if (does < 7) {
      const email = of([`${person}@example.com`, `${person}.new@example.com`, 'family@example.com'])
      await rig.join(person, { roster, email })
      wanted.get(roster)!.set(person, email)
      mayMail(email)
    } else if (does < 10) {
      if (!wanted.get(roster)!.delete(person)) continue
      await rig.leave(person, { roster })
    } else if (does < 13) rig.emulator.failNext({ times: 1, ...of(FAULTS) })
    else if (does < 17) await rig.visit()
    else if (does < 19) aheadMs += 3_000
    else {
      const email = wanted.get(roster)!.get(person)
      if (email === undefined) continue
      const kind = of(['invitation', 'converge'] as const)
      await requestWork(rig.deps, { roster, member: person, kind })
      if (kind === 'invitation') mayMail(email)
    }
  }
  rig.emulator.clearFaults()
  await settle(rig, rosters)
  const wrong = ROSTERS.flatMap((id) => {
    const found = rig.emulator.groupMembers(rosters.get(id)!.group.id).sort().join()
    const right = [...new Set(wanted.get(id)!.values())].sort().join()
    return found === right ? [] : [`${id} has ${found} instead of ${right}`]
  })
  const sent = new Map<string, number>()
  for (const { email } of rig.emulator.mails()) sent.set(email, (sent.get(email) ?? 0) + 1)
  for (const [email, count] of sent) {
    const most = reasons.get(email) ?? 0
    if (count > most) wrong.push(`${email} got ${count} mails, and ${most} were asked for`)
  }
  return wrong
}

it('leaves nobody in a group whom nobody wants there, takes out nobody else, and mails nobody twice', async () => {
  vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
  console.log(`Seeds ${FIRST} to ${FIRST + SEEDS - 1}`)
  const wrong: string[] = []
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const said = await walk(seed).catch((error: unknown) => [String(error)])
    wrong.push(...said.map((one) => `Seed ${seed}: ${one}`))
    if (said.length > 0) console.info(wrong.at(-1))
  }
  expect(wrong).toEqual([])
}, 600_000)
