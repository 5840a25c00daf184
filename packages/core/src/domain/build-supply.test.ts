import { makeBuild } from '@flightroster/core/testing'
import { describe, expect, it } from 'vitest'
import { buildState, heldBuilds, type Build } from './build.ts'
import { describeSupply, judgeSupply, supplyFindings } from './build-supply.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const DAY = 86_400_000
const build = (id: string, overrides: Partial<Build> = {}) =>
  makeBuild({ id, number: id, uploadedAt: NOW + Number(id), expiresAt: NOW + 60 * DAY, ...overrides })
const inState = (id: string, externalState: string) => build(id, { externalState })
const supplyOf = (group: Build[], app: Build[] = group) => judgeSupply(null, { app, group }, NOW, true)

describe('the state of a build', () => {
  it.each([
    ['PROCESSING', 'processing'],
    ['MISSING_EXPORT_COMPLIANCE', 'compliance_missing'],
    ['READY_FOR_BETA_SUBMISSION', 'ready_to_submit'],
    ['WAITING_FOR_BETA_REVIEW', 'in_review'],
    ['IN_BETA_REVIEW', 'in_review'],
    ['BETA_REJECTED', 'rejected'],
    ['BETA_APPROVED', 'approved_held'],
    ['IN_BETA_TESTING', 'testing'],
    ['EXPIRED', 'expired'],
    ['SOMETHING_NEW', 'unknown'],
  ])('%s is %s', (external, state) => {
    expect(buildState(inState('1', external), NOW)).toBe(state)
  })

  it('goes by its end and its processing before anything else', () => {
    expect(buildState(build('1', { expiresAt: NOW }), NOW)).toBe('expired')
    expect(buildState(build('1', { processingState: 'PROCESSING' }), NOW)).toBe('processing')
    expect(buildState(build('1', { processingState: 'INVALID' }), NOW)).toBe('unknown')
  })

  it('is held unless a later one of the platform can be tested', () => {
    const held = (group: Build[]) => heldBuilds(group, NOW).map(({ id }) => id)
    expect(held([inState('2', 'BETA_APPROVED'), inState('1', 'BETA_APPROVED')])).toEqual(['1', '2'])
    expect(held([build('1'), inState('2', 'BETA_APPROVED')])).toEqual(['2'])
    expect(held([inState('1', 'BETA_APPROVED'), build('2')])).toEqual([])
    expect(held([inState('1', 'BETA_APPROVED'), build('2', { platform: 'MAC_OS' })])).toEqual(['1'])
  })
})

describe('what comes after the last usable build', () => {
  it('is the newer one that is nearest to the testers', () => {
    const app = [build('1'), build('2'), inState('3', 'READY_FOR_BETA_SUBMISSION'), inState('4', 'IN_BETA_REVIEW')]
    expect(supplyOf([build('2')], app).successor).toEqual({ number: '4', state: 'in_review' })
    expect(supplyOf([build('2')], [...app, build('5')]).successor).toEqual({ number: '5', state: 'testing' })
    expect(supplyOf([build('1'), inState('6', 'BETA_APPROVED')]).successor).toEqual({
      number: '6',
      state: 'approved_held',
    })
  })

  it('is nothing where all that is newer was rejected or has expired, and is said so', () => {
    const last = build('2', { expiresAt: NOW + 10 * DAY })
    const supply = supplyOf([last], [build('1'), last, inState('3', 'BETA_REJECTED'), build('4', { expired: true })])
    expect(supply.successor).toBeNull()
    expect(supplyFindings(supply, NOW)).toMatchObject([
      { code: 'builds_run_out', detail: expect.stringContaining('Nothing newer is in the pipeline') },
    ])
  })

  it('is a warning two weeks ahead only where nothing comes', () => {
    const codes = (days: number, more: Build[] = []) =>
      supplyFindings(supplyOf([build('1', { expiresAt: NOW + days * DAY })], more), NOW).map(({ code }) => code)
    expect([codes(15), codes(14), codes(14, [inState('2', 'IN_BETA_REVIEW')])]).toEqual([[], ['builds_run_out'], []])
  })
})

describe('how long a group can still test', () => {
  it('goes by the clock between two looks', () => {
    const supply = supplyOf([build('1', { expiresAt: NOW + DAY }), build('2', { expiresAt: NOW + 2 * DAY })])
    expect(describeSupply(supply, NOW)).toMatchObject({ usable: 2, runsOutAt: NOW + 2 * DAY })
    expect(describeSupply(supply, NOW + DAY)).toMatchObject({ usable: 1, runsOutAt: NOW + 2 * DAY })
    expect(describeSupply(supply, NOW + 2 * DAY)).toMatchObject({ usable: 0, runsOutAt: null })
    expect(describeSupply(supplyOf([build('1', { expiresAt: null })]), NOW)).toMatchObject({
      usable: 1,
      runsOutAt: null,
    })
  })

  it('is as it was where a listing may lack a build', () => {
    const before = supplyOf([build('1')])
    expect(judgeSupply(before, { app: [], group: [] }, NOW, false)).toBe(before)
  })
})
