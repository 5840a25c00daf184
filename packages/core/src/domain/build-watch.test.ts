import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeBuild } from '@flightroster/core/testing'
import type { Build } from './build.ts'
import { judgeSupply } from './build-supply.ts'
import { noteBuilds, takeNews, type BuildMemory, type KnownBuild } from './build-watch.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const DAY = 86_400_000
const build = (id: string, overrides: Partial<Build> = {}) =>
  makeBuild({ id, number: id, uploadedAt: NOW + Number(id), expiresAt: NOW + 60 * DAY, ...overrides })

const memoryOf = (builds: ReadonlyMap<string, KnownBuild>, mode: BuildMemory['mode']): BuildMemory => ({
  v: 1,
  mode,
  builds,
  findings: [],
  refusals: [],
})

/** Watches of one roster, one after the other; what each of them told. */
function watcher(mode: BuildMemory['mode'] = 'manual') {
  let memory: BuildMemory | null = null
  return {
    look(group: Build[], now = NOW, app = group, complete = true) {
      const known = noteBuilds(memory, mode, { app, group }, now)
      const supply = { before: memory?.supply, now: judgeSupply(memory?.supply, { app, group }, now, complete) }
      const news = takeNews('gold', known, group, now, complete, supply)
      memory = { ...memoryOf(known, mode), supply: supply.now }
      return news.map(({ type, build: told }) => `${type} ${told.id}`)
    },
    known: () => memory?.builds ?? new Map<string, KnownBuild>(),
  }
}

describe('build.available', () => {
  it('is told once for each build that is there when the roster is made, oldest first', () => {
    const watch = watcher()
    expect(watch.look([build('2'), build('1')])).toEqual(['build.available 1', 'build.available 2'])
    expect(watch.look([build('2'), build('1')])).toEqual([])
  })

  it('is told when a build of the group can be tested, and not before', () => {
    const watch = watcher()
    expect(watch.look([build('1', { externalState: 'IN_BETA_REVIEW' })])).toEqual([])
    expect(watch.look([build('1')])).toEqual(['build.available 1'])
  })

  it('is not told of builds that the group does not have', () => {
    expect(watcher().look([], NOW, [build('1')])).toEqual([])
  })

  it('is not told again for a build that was out of the group, or out of the listing, for a while', () => {
    const watch = watcher()
    watch.look([build('1')])
    expect(watch.look([], NOW, [build('1')])).toEqual([])
    expect(watch.look([build('1')])).toEqual([])
    watch.look([build('1'), build('2')])
    expect(watch.look([build('2')])).toEqual([])
    expect(watch.look([build('1'), build('2')])).toEqual([])
  })

  it('carries what a receiver needs', () => {
    const known = new Map<string, KnownBuild>()
    const group = [build('1', { version: null })]
    const supply = { before: null, now: judgeSupply(null, { app: group, group }, NOW, true) }
    const [news] = takeNews('gold', known, group, NOW, true, supply)
    expect(news).toEqual({
      type: 'build.available',
      roster: 'gold',
      build: { id: '1', version: '', number: '1', expiresAt: new Date(NOW + 60 * DAY).toISOString() },
      at: NOW,
    })
  })
})

describe('build.expiring', () => {
  const ends = (days: number) => build('1', { expiresAt: NOW + days * DAY })

  it.each([
    [15, []],
    [14, ['build.expiring 1']],
    [7.5, ['build.expiring 1']],
    [0.5, ['build.expiring 1']],
    [0, []],
  ])('is told or not when the last usable build is first seen %d days before its end', (days, told) => {
    const available = days > 0 ? ['build.available 1'] : []
    expect(watcher().look([ends(days)])).toEqual([...available, ...told])
  })

  it('is told for the nearest day that applies when first seen, then for the later ones, each once', () => {
    const watch = watcher()
    const at = (days: number) => watch.look([ends(60)], NOW + (60 - days) * DAY)
    expect(at(10)).toEqual(['build.available 1', 'build.expiring 1'])
    expect([at(9), at(7), at(6), at(1), at(0.2)]).toEqual([[], ['build.expiring 1'], [], ['build.expiring 1'], []])
  })

  it('is about the build that lasts longest alone', () => {
    const watch = watcher()
    const later = build('2', { expiresAt: NOW + 40 * DAY })
    expect(watch.look([ends(1), later])).toEqual(['build.available 1', 'build.available 2'])
    expect(watch.look([ends(1)])).toEqual(['build.expiring 1'])
    expect(watch.look([ends(1), later])).toEqual([])
    expect(watch.look([ends(1)])).toEqual([])
  })

  it('is not concluded from a listing that may lack a build', () => {
    const watch = watcher()
    expect(watch.look([ends(1)], NOW, [ends(1)], false)).toEqual(['build.available 1'])
    expect(watch.look([ends(1)])).toEqual(['build.expiring 1'])
  })

  it('is never told of a build without an end', () => {
    expect(watcher().look([build('1', { expiresAt: null })])).toEqual(['build.available 1'])
  })

  it('tells each thing at most once, whatever comes and goes', () => {
    const times = fc.array(
      fc.record({ passes: fc.double({ min: 0, max: 5, noNaN: true }), shown: fc.subarray([0, 1, 2]) }),
    )
    fc.assert(
      fc.property(times, (steps) => {
        const builds = [10, 20, 60].map((days, at) => build(String(at), { expiresAt: NOW + days * DAY }))
        const watch = watcher()
        let now = NOW
        const told: string[] = []
        for (const { passes, shown } of steps) {
          now += passes * DAY
          told.push(
            ...watch.look(
              shown.flatMap((at) => builds[at] ?? []),
              now,
            ),
          )
        }
        for (const { id } of builds) {
          // Once, and once more each time that everything had gone.
          const ends = told.filter((one) => one.startsWith('build.run_out')).length
          expect(told.filter((one) => one === `build.available ${id}`).length).toBeLessThanOrEqual(1 + ends)
          expect(told.filter((one) => one === `build.expiring ${id}`).length).toBeLessThanOrEqual(3)
        }
      }),
    )
  })
})

describe('build.run_out', () => {
  const ends = (id: string, days: number) => build(id, { expiresAt: NOW + days * DAY })

  it('is told once when the time of the last usable build is over, seen or unseen, and its recovery once', () => {
    const watch = watcher()
    expect(watch.look([ends('1', 60)])).toEqual(['build.available 1'])
    const over = NOW + 61 * DAY
    expect(watch.look([ends('1', 60)], over)).toEqual(['build.run_out 1'])
    expect([watch.look([], over), watch.look([], over)]).toEqual([[], []])
    expect(watch.look([ends('2', 90)], over)).toEqual(['build.available 2'])
    expect(watch.look([ends('2', 90)], over)).toEqual([])
  })

  it('is told of a build that went before its time only when two readings in a row miss it', () => {
    const watch = watcher()
    watch.look([ends('1', 60)])
    expect(watch.look([])).toEqual([])
    expect(watch.look([ends('1', 60)])).toEqual([])
    expect([watch.look([]), watch.look([]), watch.look([])]).toEqual([[], ['build.run_out 1'], []])
    expect([watch.look([ends('1', 60)]), watch.look([ends('1', 60)])]).toEqual([['build.available 1'], []])
  })

  it('is not told while another one can be tested, of a group that never had any, nor by a listing that may lack one', () => {
    const watch = watcher()
    const later = ends('2', 80)
    watch.look([ends('1', 20), later])
    expect(watch.look([later], NOW + 21 * DAY)).toEqual([])
    const over = NOW + 81 * DAY
    expect([watch.look([], over, [], false), watch.look([], over, [], false)]).toEqual([[], []])
    expect(watch.look([], over)).toEqual(['build.run_out 2'])
    const empty = watcher()
    expect([empty.look([]), empty.look([])]).toEqual([[], []])
  })
})

describe('which builds are new to an automatic roster', () => {
  const given = (known: ReadonlyMap<string, KnownBuild>) => [...known].filter(([, { give }]) => give).map(([id]) => id)
  const note = (memory: BuildMemory | null, app: Build[], group: Build[]) =>
    noteBuilds(memory, 'automatic', { app, group }, NOW)

  it('are, at the beginning, those that came after the newest one of its group', () => {
    expect(given(note(null, [build('1'), build('2'), build('3')], [build('2')]))).toEqual(['3'])
  })

  it('are all of them where the group has none', () => {
    expect(given(note(null, [build('1'), build('2')], []))).toEqual(['1', '2'])
  })

  it('are, from then on, those that were not there before, whatever their date', () => {
    const begun = memoryOf(note(null, [build('5')], [build('5')]), 'automatic')
    expect(given(note(begun, [build('4'), build('5')], [build('5')]))).toEqual(['4'])
  })

  it('are judged anew when a roster turns automatic', () => {
    const manual = memoryOf(
      noteBuilds(null, 'manual', { app: [build('1'), build('2')], group: [build('1')] }, NOW),
      'manual',
    )
    expect(given(note(manual, [build('1'), build('2'), build('3')], [build('1')]))).toEqual(['2', '3'])
  })

  it('may be submitted for review only of the newest version at the beginning, and all of them later', () => {
    const versions = [build('1', { version: '1.0' }), build('2', { version: '2.0' }), build('3', { version: '2.0' })]
    const begun = note(null, versions, [])
    expect([...begun].filter(([, { submit }]) => submit).map(([id]) => id)).toEqual(['2', '3'])
    const later = note(memoryOf(begun, 'automatic'), [...versions, build('4', { version: '1.0' })], [])
    expect(later.get('4')).toMatchObject({ give: true, submit: true })
  })

  it('are forgotten some time after their end', () => {
    const gone = memoryOf(note(null, [build('1', { expiresAt: NOW + DAY })], []), 'automatic')
    expect([...noteBuilds(gone, 'automatic', { app: [], group: [] }, NOW + DAY).keys()]).toEqual(['1'])
    expect([...noteBuilds(gone, 'automatic', { app: [], group: [] }, NOW + 3 * DAY).keys()]).toEqual([])
  })
})
