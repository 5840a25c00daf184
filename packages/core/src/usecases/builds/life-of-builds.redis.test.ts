import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'

const DAY = 86_400_000
/** The clock goes on faster than it is waited. */
let aheadMs = 0
const hostNow = Date.now.bind(Date)
let rig: BuildsRig
let known = 0

beforeEach(async () => {
  aheadMs = 0
  known = 0
  vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
  rig = await startBuildsRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
  vi.restoreAllMocks()
})

/** What is told of it by two looks, one after the other. */
async function news(days = 0): Promise<string[]> {
  aheadMs += days * DAY
  await rig.look()
  await rig.look()
  const told = await rig.told()
  const fresh = told.slice(known)
  known = told.length
  return fresh.map((line) => line.replace('gold build.', ''))
}

it('tells each fact of the life of builds once, and none early: held and not, several versions, one that ends unseen', async () => {
  await rig.enter()
  const at = (days: number) => Date.now() + days * DAY
  const add = (version: string, preReleaseVersion: string, more: object) =>
    rig.emulator.addBuild(APP, { version, preReleaseVersion, groups: ['gold'], expiresAt: at(90), ...more })
  expect(await news()).toEqual([])

  // Auto-notify off: in review, approved and held, then somebody presses the button.
  const first = add('1', '1.0', { autoNotify: false, processingState: 'PROCESSING', review: null })
  expect(await news()).toEqual([])
  rig.emulator.updateBuild(first.id, { processingState: 'VALID' })
  rig.emulator.setReview(first.id, 'IN_REVIEW')
  expect(await news()).toEqual([])
  rig.emulator.setReview(first.id, 'APPROVED')
  expect([await news(), await rig.warnings()]).toEqual([[], ['build_not_released']])
  rig.emulator.releaseBuild(first.id)
  expect([await news(), await rig.warnings()]).toEqual([['available 1'], []])

  // Auto-notify on: a second build of the version, which ends later.
  const second = add('2', '1.0', { expiresAt: at(100), review: 'IN_REVIEW' })
  expect(await news(10)).toEqual([])
  rig.emulator.setReview(second.id, 'APPROVED')
  expect(await news()).toEqual(['available 2'])

  // The first one ends, and nobody is hit.
  expect(await news(75)).toEqual([])
  // Fourteen days before the end of the second, and no day earlier; one of the next version is on its way.
  rig.emulator.updateBuild(second.id, { expiresAt: at(15) })
  expect(await news()).toEqual([])
  expect([await news(1), await rig.warnings()]).toEqual([['expiring 2'], ['build_expiring', 'builds_run_out']])
  const third = add('3', '2.0', { review: 'WAITING_FOR_REVIEW' })
  expect(await news(7)).toEqual(['expiring 2'])
  expect((await rig.facts()).at(-1)).toMatchObject({ successor: { number: '3', state: 'in_review' } })
  rig.emulator.setReview(third.id, 'APPROVED')
  expect(await news()).toEqual(['available 3'])
  // The second one ends now, and is not the last one.
  expect(await news(8)).toEqual([])

  // Nobody looks until the last one is long gone.
  expect([await news(120), await rig.warnings()]).toEqual([['run_out 3'], ['build_missing', 'builds_run_out']])
  expect((await rig.facts()).at(-1)).toMatchObject({ successor: null })
  expect(await news(30)).toEqual([])
  add('4', '2.1', {})
  expect([await news(), await rig.warnings()]).toEqual([['available 4'], []])
})
