import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'

const DAY = 86_400_000
const BUILDS_OF_GROUP = '/v1/betaGroups/{id}/relationships/builds'

let rig: BuildsRig

beforeEach(async () => {
  rig = await startBuildsRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const gifts = (calls: string[]) => calls.filter((call) => call.startsWith('POST /v1/betaGroups/'))

describe('an automatic roster', () => {
  it('is given every new, processed, unexpired build in one call', async () => {
    await rig.enter({ builds: 'automatic' })
    await rig.look()
    for (const version of ['1', '2', '3']) rig.emulator.addBuild(APP, { version })
    rig.emulator.addBuild(APP, { version: '4', processingState: 'PROCESSING' })
    rig.emulator.addBuild(APP, { version: '5', expired: true })
    const calls = await rig.look()
    expect(gifts(calls)).toHaveLength(1)
    expect(rig.numbersOf('gold')).toEqual(['1', '2', '3'])
    // Told once Apple shows them in testing, not before.
    expect(await rig.told()).toEqual([])
    expect(gifts(await rig.look())).toEqual([])
    expect((await rig.told()).sort()).toEqual([
      'gold build.available 1',
      'gold build.available 2',
      'gold build.available 3',
    ])
    expect(gifts(await rig.look())).toEqual([])
  })

  it('is given a build once it is processed', async () => {
    await rig.enter({ builds: 'automatic' })
    const build = rig.emulator.addBuild(APP, { version: '1', processingState: 'PROCESSING' })
    expect(gifts(await rig.look())).toEqual([])
    rig.emulator.updateBuild(build.id, { processingState: 'VALID' })
    await rig.look()
    expect(rig.numbersOf('gold')).toEqual(['1'])
  })

  it('leaves out what somebody took out of the group, and what came before the newest build of the group', async () => {
    const now = Date.now()
    rig.emulator.addBuild(APP, { version: '1', uploadedAt: now - 3 * DAY })
    const second = rig.emulator.addBuild(APP, { version: '2', uploadedAt: now - 2 * DAY, groups: ['gold'] })
    await rig.enter({ builds: 'automatic' })
    await rig.look()
    expect(rig.numbersOf('gold')).toEqual(['2'])
    second.groups.delete('gold')
    await rig.look()
    expect(rig.numbersOf('gold')).toEqual([])
  })

  it('gives nothing while it is paused, and what came meanwhile afterwards', async () => {
    const roster = await rig.enter({ builds: 'automatic', paused: true })
    rig.emulator.addBuild(APP, { version: '1' })
    await rig.look()
    expect(rig.numbersOf('gold')).toEqual([])
    await rig.store.rosters.put({ ...roster, paused: false })
    await rig.look()
    expect(rig.numbersOf('gold')).toEqual(['1'])
  })

  it('finds the build that Apple refuses among many, and warns until the reason is gone', async () => {
    await rig.enter({ builds: 'automatic' })
    const now = Date.now()
    for (const at of [1, 2, 3, 4]) rig.emulator.addBuild(APP, { version: String(at), uploadedAt: now + at })
    const refuse = (times: number, nth = 1) =>
      rig.emulator.failNext({
        kind: 'status',
        status: 422,
        times,
        match: { method: 'POST', path: BUILDS_OF_GROUP, nth },
      })
    // All four, then the third with the fourth, then the third alone.
    refuse(1)
    refuse(2, 2)
    expect(gifts(await rig.look())).toHaveLength(5)
    expect(rig.numbersOf('gold')).toEqual(['1', '2', '4'])
    expect(await rig.warnings()).toEqual(['build_refused'])
    refuse(1)
    expect(gifts(await rig.look())).toHaveLength(1)
    expect(await rig.warnings()).toEqual(['build_refused'])
    await rig.look()
    expect([rig.numbersOf('gold'), await rig.warnings()]).toEqual([['1', '2', '3', '4'], []])
  })

  it('submits the first build of a version, and the next one once that is approved', async () => {
    await rig.enter({ builds: 'automatic', submitForReview: true })
    const first = rig.emulator.addBuild(APP, { version: '1', review: null })
    await rig.look()
    expect([rig.numbersOf('gold'), first.review?.state]).toEqual([['1'], 'WAITING_FOR_REVIEW'])
    const second = rig.emulator.addBuild(APP, { version: '2', review: null })
    await rig.look()
    expect([second.review, await rig.warnings()]).toEqual([null, ['build_not_released', 'another_build_in_review']])
    rig.emulator.setReview(first.id, 'APPROVED')
    await rig.look()
    await rig.look()
    expect([second.review?.state, await rig.warnings()]).toEqual(['APPROVED', []])
    expect(await rig.told()).toEqual(['gold build.available 1', 'gold build.available 2'])
  })

  it('submits nothing unless it was told to', async () => {
    await rig.enter({ builds: 'automatic' })
    const build = rig.emulator.addBuild(APP, { version: '1', review: null })
    await rig.look()
    expect([rig.numbersOf('gold'), build.review]).toEqual([['1'], null])
  })

  it('names export compliance and test information as the missing step, and goes on when they are there', async () => {
    await rig.enter({ builds: 'automatic', submitForReview: true })
    const app = rig.emulator.apps().find(({ id }) => id === APP)!
    Object.assign(app, { testInformation: false })
    const build = rig.emulator.addBuild(APP, { version: '1', review: null, usesNonExemptEncryption: null })
    await rig.look()
    expect(await rig.warnings()).toEqual(['build_not_released', 'export_compliance_missing'])
    rig.emulator.updateBuild(build.id, { usesNonExemptEncryption: false })
    await rig.look()
    expect(await rig.warnings()).toEqual(['build_not_released', 'test_information_missing'])
    Object.assign(app, { testInformation: true })
    await rig.look()
    expect([build.review?.state, await rig.warnings()]).toEqual(['WAITING_FOR_REVIEW', ['build_not_released']])
  })

  it('shares one submission with the other rosters of the app', async () => {
    await rig.enter({ builds: 'automatic', submitForReview: true })
    await rig.enter({ id: 'silver', builds: 'automatic', submitForReview: true })
    rig.emulator.addBuild(APP, { version: '1', review: null })
    const calls = await rig.look()
    expect(calls.filter((call) => call === 'POST /v1/betaAppReviewSubmissions')).toHaveLength(1)
    expect(gifts(calls)).toHaveLength(2)
  })
})
