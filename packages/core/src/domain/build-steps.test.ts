import { describe, expect, it } from 'vitest'
import { makeBuild } from '@flightroster/core/testing'
import type { Build } from './build.ts'
import { anotherInReview, dropSettled, explainRefusal, planGifts, planReviews, refusalWarnings } from './build-steps.ts'
import type { BuildStep, KnownBuild } from './build-watch.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const DAY = 86_400_000
const UNSUBMITTED = 'READY_FOR_BETA_SUBMISSION'
const build = (id: string, overrides: Partial<Build> = {}) =>
  makeBuild({ id, number: id, uploadedAt: NOW + Number(id), expiresAt: NOW + 60 * DAY, ...overrides })
const waits = (id: string, overrides: Partial<Build> = {}) => build(id, { externalState: UNSUBMITTED, ...overrides })

const known = (ids: string[], overrides: Partial<KnownBuild> = {}) =>
  new Map<string, KnownBuild>(
    ids.map((id) => [
      id,
      {
        told: false,
        expiring: null,
        held: false,
        give: true,
        submit: true,
        refusal: null,
        until: NOW + 90 * DAY,
        ...overrides,
      },
    ]),
  )
const held = (id: string) => build(id, { externalState: 'BETA_APPROVED' })
const refused = (step: BuildStep, at = NOW): Pick<KnownBuild, 'refusal'> => ({
  refusal: { step, at, warning: { code: 'build_refused', detail: 'No.', action: 'Look.' } },
})
const ids = (builds: Build[]) => builds.map(({ id }) => id)

describe('what is given to a group', () => {
  it('is every new, processed, unexpired build together', () => {
    const app = [build('3'), build('1'), build('2')]
    expect(ids(planGifts(known(['1', '2', '3']), { app, group: [] }, NOW).together)).toEqual(['1', '2', '3'])
  })

  it.each([
    ['is in the group', build('1'), [build('1')], {}],
    ['was taken out of the group by hand', build('1'), [], { held: true }],
    ['is not new', build('1'), [], { give: false }],
    ['is being processed', build('1', { processingState: 'PROCESSING' }), [], {}],
    ['has expired', build('1', { expired: true }), [], {}],
    ['is past its end', build('1', { expiresAt: NOW - 1 }), [], {}],
  ])('is no build that %s', (_, one, group, entry) => {
    const gifts = planGifts(known(['1'], entry), { app: [one], group }, NOW)
    expect([...gifts.together, ...gifts.alone]).toEqual([])
  })

  it('leaves builds that were refused for calls of their own, the longest untried first, some at a time', () => {
    const app = ['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => build(id))
    const memory = known(ids(app))
    for (const [at, id] of ['7', '6', '5', '4', '3', '2'].entries())
      memory.set(id, { ...memory.get(id)!, ...refused('give', NOW - at) })
    const { together, alone } = planGifts(memory, { app, group: [] }, NOW)
    expect([ids(together), ids(alone)]).toEqual([
      ['1', '8'],
      ['2', '3', '4', '5', '6'],
    ])
  })
})

describe('what is submitted for beta review', () => {
  const plan = (app: Build[], group = app, entry: Partial<KnownBuild> = {}) =>
    planReviews(known(ids(app), entry), { app, group }, NOW).map((step) => [step.build.id, step.behind?.id ?? null])

  it.each<[string, Build[], [string, string | null][]]>([
    ['the first build of a version', [waits('2'), waits('1')], [['1', null]]],
    [
      'one build of each version',
      [waits('1'), waits('2', { version: '2.0' })],
      [
        ['1', null],
        ['2', null],
      ],
    ],
    [
      'one build of each platform',
      [waits('1'), waits('2', { platform: 'MAC_OS' })],
      [
        ['1', null],
        ['2', null],
      ],
    ],
    ['the newest, once the version was approved', [build('1'), waits('2'), waits('3')], [['3', null]]],
    ['nothing older than what was approved', [waits('1'), build('2')], []],
    [
      'the build after one that was rejected',
      [build('1', { externalState: 'BETA_REJECTED' }), waits('2')],
      [['2', null]],
    ],
    ['nothing older than what was rejected', [waits('1'), build('2', { externalState: 'BETA_REJECTED' })], []],
    [
      'nothing, behind one that waits for review',
      [build('1', { externalState: 'WAITING_FOR_BETA_REVIEW' }), waits('2')],
      [['2', '1']],
    ],
    [
      'nothing, behind one that is in review',
      [build('1', { externalState: 'IN_BETA_REVIEW' }), waits('2')],
      [['2', '1']],
    ],
    [
      'nothing without the answer about export compliance',
      [waits('1', { externalState: 'MISSING_EXPORT_COMPLIANCE' })],
      [],
    ],
    ['nothing that has expired', [waits('1', { expired: true })], []],
  ])('is %s', (_, app, steps) => {
    expect(plan(app)).toEqual(steps)
  })

  it('is no build that the group does not have, or that was there before', () => {
    expect(plan([waits('1')], [])).toEqual([])
    expect(plan([waits('1')], [waits('1')], { submit: false })).toEqual([])
  })
})

describe('a refusal', () => {
  const words = (code: string | null, detail: string | null = null) => ({ code, detail })

  it.each([
    ['submit', words('ENTITY_UNPROCESSABLE.MISSING_EXPORT_COMPLIANCE'), 'export_compliance_missing'],
    ['give', words('ENTITY_ERROR', 'The export compliance of the build is not answered.'), 'export_compliance_missing'],
    ['submit', words('ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW'), 'another_build_in_review'],
    [
      'submit',
      words('ENTITY_UNPROCESSABLE', 'Another build of this version is in beta review.'),
      'another_build_in_review',
    ],
    [
      'submit',
      words('ENTITY_UNPROCESSABLE', 'The beta app description or the test information of the app is missing.'),
      'test_information_missing',
    ],
    [
      'submit',
      words('ENTITY_UNPROCESSABLE.BETA_CONTRACT_MISSING', 'Beta contract is missing for the app.'),
      'test_information_missing',
    ],
    ['submit', words('ENTITY_UNPROCESSABLE', 'Something else.'), 'review_refused'],
    ['give', words('ENTITY_UNPROCESSABLE', 'Build is not assignable.'), 'build_refused'],
    ['give', words(null), 'build_refused'],
    ['submit', words('X', 'The build has been submitted for beta review already.'), undefined],
  ] as const)('to %s it with %j names the step: %s', (step, said, code) => {
    const warning = explainRefusal(step, build('1'), said)
    expect(warning?.code).toBe(code)
    expect(warning === null || warning.action !== '').toBe(true)
  })

  it("quotes Apple's words where they alone say why", () => {
    expect(explainRefusal('give', build('1'), words('X', 'Build is not assignable.'))?.detail).toBe(
      "App Store Connect would not give 1.0 (1) to the group. Apple's words: Build is not assignable.",
    )
  })

  it('names the build that is in review', () => {
    expect(anotherInReview(build('2'), build('1')).detail).toContain('1.0 (1)')
  })

  it.each<[string, BuildStep, Build[], Build[], boolean]>([
    ['to give it goes once the group has it', 'give', [build('1')], [build('1')], false],
    ['to give it stays while the group has it not', 'give', [build('1')], [], true],
    ['to review it goes once it is in review', 'submit', [build('1', { externalState: 'IN_BETA_REVIEW' })], [], false],
    ['to review it stays while it waits', 'submit', [waits('1')], [waits('1')], true],
    ['to be released goes once it is', 'release', [build('1')], [build('1')], false],
    ['to be released stays while Apple holds it', 'release', [held('1')], [held('1')], true],
    ['goes with the build', 'give', [], [], false],
  ])('%s', (_, step, app, group, stays) => {
    const memory = known(['1'], refused(step))
    dropSettled(memory, { app, group }, { give: true, submit: true, release: true })
    expect(memory.get('1')?.refusal !== null).toBe(stays)
  })

  it('goes when the roster takes that step no more', () => {
    const memory = known(['1'], refused('submit'))
    dropSettled(memory, { app: [waits('1')], group: [waits('1')] }, { give: true, submit: false, release: true })
    expect(memory.get('1')?.refusal).toBeNull()
  })

  it('is a warning, as is a build without the answer about export compliance', () => {
    const memory = known(['1'], refused('give'))
    for (const [id, entry] of known(['2', '3'])) memory.set(id, entry)
    const app = [build('3'), waits('2', { externalState: 'MISSING_EXPORT_COMPLIANCE' }), build('1')]
    expect(refusalWarnings(memory, { app, group: [] }, NOW).map(({ code }) => code)).toEqual([
      'build_refused',
      'export_compliance_missing',
    ])
  })
})
