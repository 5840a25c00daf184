import { describe, expect, it } from 'vitest'
import { makeBuild } from '@flightroster/core/testing'
import { buildName, groupFindings, isTestable, lastUsable } from './build.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const DAY = 86_400_000
const build = (overrides: Parameters<typeof makeBuild>[0] = {}) =>
  makeBuild({ expiresAt: NOW + 60 * DAY, ...overrides })

describe('a build that a group has', () => {
  it.each([
    ['in testing', {}, true],
    ['approved and held', { externalState: 'BETA_APPROVED' }, false],
    ['for internal testers alone', { externalState: 'READY_FOR_BETA_TESTING' }, false],
    ['without an end', { expiresAt: null }, true],
    ['in review', { externalState: 'IN_BETA_REVIEW' }, false],
    ['not submitted', { externalState: 'READY_FOR_BETA_SUBMISSION' }, false],
    ['of a state that is not known', { externalState: 'SOMETHING_NEW' }, false],
    ['of no state', { externalState: null }, false],
    ['being processed', { processingState: 'PROCESSING' }, false],
    ['expired by hand', { expired: true }, false],
    ['at its end', { expiresAt: NOW }, false],
  ])('%s can be tested or not', (_, overrides, testable) => {
    expect(isTestable(build(overrides), NOW)).toBe(testable)
  })

  it('is the last usable one when it can be tested longest', () => {
    const soon = build({ id: 'soon', expiresAt: NOW + DAY })
    const late = build({ id: 'late', expiresAt: NOW + 9 * DAY })
    const waiting = build({ id: 'waiting', externalState: 'WAITING_FOR_BETA_REVIEW', expiresAt: NOW + 90 * DAY })
    expect(lastUsable([soon, late, waiting], NOW)?.id).toBe('late')
    expect(lastUsable([soon, build({ id: 'endless', expiresAt: null }), late], NOW)?.id).toBe('endless')
    expect(lastUsable([waiting], NOW)).toBeUndefined()
  })

  it('is named by version and number, as far as they are known', () => {
    expect([buildName({ version: '2.0', number: '7' }), buildName({ version: null, number: '7' })]).toEqual([
      '2.0 (7)',
      '7',
    ])
  })
})

describe('what a group lacks', () => {
  it.each([
    ['nothing, with a build that lasts', [build()], []],
    ['nothing, with one that lasts beside one that goes', [build({ expiresAt: NOW + DAY }), build({ id: 'b' })], []],
    ['a build, with none', [], ['build_missing']],
    ['a build, with none that has not expired', [build({ expired: true })], ['build_missing']],
    ['its release, with one that is held', [build({ externalState: 'BETA_APPROVED' })], ['build_not_released']],
    ['its release, with one that was rejected', [build({ externalState: 'BETA_REJECTED' })], ['build_not_released']],
    ['its release, with one in review', [build({ externalState: 'IN_BETA_REVIEW' })], ['build_not_released']],
    ['nothing, with one released beside one that is held', [build({ externalState: 'BETA_APPROVED' }), build()], []],
    ['a newer build, two weeks before the last one goes', [build({ expiresAt: NOW + 14 * DAY })], ['build_expiring']],
    ['nothing a day before that', [build({ expiresAt: NOW + 14 * DAY + 1 })], []],
  ])('is %s', (_, builds, codes) => {
    expect(groupFindings(builds, NOW).map(({ code }) => code)).toEqual(codes)
  })

  it('is told with the days that are left', () => {
    const [day] = groupFindings([build({ expiresAt: NOW + DAY })], NOW)
    const [days] = groupFindings([build({ expiresAt: NOW + DAY + 1 })], NOW)
    expect([day?.detail, days?.detail]).toEqual([
      'The last build that the group can test, 1.0 (1), expires in 1 day.',
      'The last build that the group can test, 1.0 (1), expires in 2 days.',
    ])
  })
})

it.each([
  [['IN_BETA_REVIEW'], "The build 1.0 (7) is in Apple's beta review, so Apple sends no invitations yet."],
  [['BETA_REJECTED'], "Apple's beta review has rejected the build 1.0 (7), so Apple sends no invitations."],
  [
    ['READY_FOR_BETA_SUBMISSION'],
    'The build 1.0 (7) was not submitted for beta review, so Apple sends no invitations.',
  ],
  [['MISSING_EXPORT_COMPLIANCE'], 'The build 1.0 (7) waits for the answer about export compliance'],
  [['BETA_REJECTED', 'IN_BETA_REVIEW'], 'The build 1.0 (8) is in'],
  [['IN_BETA_REVIEW', 'BETA_REJECTED'], 'The build 1.0 (7) is in'],
  [['BETA_REJECTED', 'BETA_REJECTED'], 'rejected the build 1.0 (8)'],
  [['SOMETHING_NEW'], 'The group has builds, but none that external testers can install yet'],
])('says what the build lacks that is nearest to testers: %o', (states, said) => {
  const builds = states.map((externalState, at) =>
    build({ externalState, id: `b-${at}`, number: String(7 + at), version: '1.0', uploadedAt: NOW + at }),
  )
  expect(groupFindings(builds, NOW)).toMatchObject([{ detail: expect.stringContaining(said) }])
})
