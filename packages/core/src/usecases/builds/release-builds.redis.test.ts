import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'
import { timePasses } from '../../../testing/time-passes.ts'
import { buildsTask } from '../schedule/plan-roster-tasks.ts'

const DAY = 86_400_000
const NOTIFY = 'POST /v1/buildBetaNotifications'

let rig: BuildsRig

beforeEach(async () => {
  rig = await startBuildsRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const releases = (calls: string[]) => calls.filter((call) => call === NOTIFY).length
const addHeld = (version: string, more: object = {}) =>
  rig.emulator.addBuild(APP, { version, groups: ['gold'], autoNotify: false, ...more })
const errorOf = (detail: string) => ({
  errors: [{ id: 'e', status: '409', code: 'STATE_ERROR', title: 'It cannot be done.', detail }],
})
/** Lets the pause before another try pass. */
async function forgetTry(): Promise<void> {
  const key = (await rig.redis.keys('*roster:gold:builds'))[0]!
  const memory = JSON.parse((await rig.redis.hget(key, 'book'))!) as {
    builds: [string, { release?: { at: number } }][]
  }
  for (const [, known] of memory.builds) if (known.release) known.release.at -= 3_600_000
  await rig.redis.hset(key, 'book', JSON.stringify(memory))
}

describe('a build that Apple approved and holds', () => {
  it('is reported with the name of the button, is not told as available, and stays held', async () => {
    addHeld('1')
    await rig.enter()
    expect(releases(await rig.look())).toBe(0)
    expect([await rig.told(), await rig.warnings()]).toEqual([[], ['build_not_released']])
    const roster = await rig.described()
    expect(roster.roster.warnings[0]?.detail).toContain('"Notify Testers"')
    expect(roster.supply).toMatchObject({ usable: 0, runsOutAt: null })
  })

  it('is reported beside an older one that can be tested, and keeps nobody from being invited', async () => {
    rig.emulator.addBuild(APP, { version: '1', groups: ['gold'], uploadedAt: Date.now() - DAY })
    addHeld('2')
    await rig.enter()
    await rig.look()
    expect([await rig.told(), await rig.warnings()]).toEqual([['gold build.available 1'], ['build_not_released']])
    expect((await rig.described()).supply).toMatchObject({
      usable: 1,
      successor: { number: '2', state: 'approved_held' },
    })
  })

  it('is released once for all rosters that ask for it, and told as available once it can be tested', async () => {
    addHeld('1', { groups: ['gold', 'silver'], review: 'IN_REVIEW' })
    await rig.enter({ heldBuilds: 'release' })
    await rig.enter({ id: 'silver', heldBuilds: 'release' })
    expect(releases(await rig.look())).toBe(0)
    const [next] = await rig.schedule.dueAt([buildsTask(APP)])
    expect(next! - Date.now()).toBeLessThan(60_000)
    rig.emulator.setReview(rig.emulator.builds(APP)[0]!.id, 'APPROVED')
    expect(releases(await rig.look())).toBe(1)
    expect(await rig.told()).toEqual([])
    expect(releases(await rig.look())).toBe(0)
    expect((await rig.told()).sort()).toEqual(['gold build.available 1', 'silver build.available 1'])
    expect([await rig.warnings(), releases(await rig.look())]).toEqual([[], 0])
  })

  it('counts as released where Apple says that auto-notify is on', async () => {
    addHeld('1')
    const match = { method: 'POST', path: '/v1/buildBetaNotifications' }
    rig.emulator.failNext({ kind: 'status', status: 409, body: errorOf('Auto notify is already enabled.'), match })
    await rig.enter({ heldBuilds: 'release' })
    expect(releases(await rig.look())).toBe(1)
    await forgetTry()
    expect(releases(await rig.look())).toBe(0)
  })

  it('is not released twice where the answer was lost, and again where it had not happened', async () => {
    const held = addHeld('1')
    const match = { method: 'POST', path: '/v1/buildBetaNotifications' }
    rig.emulator.failNext({ kind: 'status', status: 500, match })
    await rig.enter({ heldBuilds: 'release' })
    expect(releases(await rig.look())).toBe(1)
    expect(releases(await rig.look())).toBe(0)
    expect(held.released).toBe(false)
    await forgetTry()
    expect(releases(await rig.look())).toBe(1)
    expect(held.released).toBe(true)
  })

  it('that Apple refuses to release is a warning, until somebody has pressed the button', async () => {
    const held = addHeld('1')
    const match = { method: 'POST', path: '/v1/buildBetaNotifications' }
    rig.emulator.failNext({ kind: 'status', status: 422, body: errorOf('Not now.'), match })
    await rig.enter({ heldBuilds: 'release' })
    await rig.look()
    const { warnings } = (await rig.described()).roster
    expect(warnings.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('Not now.'))
    rig.emulator.releaseBuild(held.id)
    await rig.look()
    expect([await rig.warnings(), await rig.told()]).toEqual([[], ['gold build.available 1']])
  })

  it('stays held while the roster is paused, and when a later one can be tested', async () => {
    addHeld('1', { uploadedAt: Date.now() - DAY })
    const roster = await rig.enter({ heldBuilds: 'release', paused: true })
    expect(releases(await rig.look())).toBe(0)
    rig.emulator.addBuild(APP, { version: '2', groups: ['gold'] })
    await rig.store.rosters.put({ ...roster, paused: false })
    expect(releases(await rig.look())).toBe(0)
  })
})

describe('the end of the last build', () => {
  it('is told with whom it hits and what comes after it, once each, and so is its recovery', async () => {
    const first = rig.emulator.addBuild(APP, {
      version: '1',
      groups: ['gold'],
      uploadedAt: Date.now() - DAY,
      expiresAt: Date.now() + 3_000,
    })
    rig.emulator.addBuild(APP, { version: '2', review: 'IN_REVIEW' })
    await rig.enter()
    await rig.look()
    // The next look is at the end itself.
    expect((await rig.schedule.dueAt([buildsTask(APP)]))[0]).toBe(first.expiresAt)
    await timePasses(Math.max(0, first.expiresAt - Date.now()) + 50)
    await rig.look()
    await rig.look()
    const facts = await rig.facts()
    const successor = { number: '2', state: 'in_review' }
    expect(facts).toMatchObject([
      { type: 'build.available', build: { number: '1' } },
      { type: 'build.expiring', build: { number: '1' }, peopleAffected: 0, successor },
      { type: 'build.run_out', build: { number: '1' }, peopleAffected: 0, successor },
    ])
    expect(facts[0]).not.toHaveProperty('successor')
    expect(await rig.warnings()).toEqual(['build_missing', 'builds_run_out'])
    rig.emulator.addBuild(APP, { version: '3', groups: ['gold'] })
    await rig.look()
    await rig.look()
    expect((await rig.told()).slice(3)).toEqual(['gold build.available 3'])
    expect(await rig.warnings()).toEqual([])
  })
})
