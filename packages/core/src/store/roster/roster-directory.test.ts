import { expect, it } from 'vitest'
import { makeRoster } from '@flightroster/core/testing'
import type { Roster } from '../../domain/roster.ts'
import { createRosterDirectory } from './roster-directory.ts'

function setUp(...rosters: Roster[]) {
  const stored = new Map(rosters.map((roster) => [roster.id, roster]))
  const asked: string[][] = []
  const directory = createRosterDirectory({
    async findMany(ids) {
      asked.push([...ids])
      return new Map(ids.flatMap((id) => (stored.has(id) ? [[id, stored.get(id) as Roster]] : [])))
    },
  })
  return { directory, stored, asked }
}

it('asks once for what it keeps, and each time for what there is not', async () => {
  const { directory, asked } = setUp(makeRoster({ id: 'gold', teamKey: 'acme' }))
  expect(await directory.kept(['gold', 'none', 'gold'])).toEqual(new Map([['gold', 'acme']]))
  expect(await directory.kept(['gold', 'none'])).toEqual(new Map([['gold', 'acme']]))
  expect(asked).toEqual([['gold', 'none'], ['none']])
})

it('keeps the newest answer, and forgets a roster that is gone or on its way out', async () => {
  const { directory, stored } = setUp(makeRoster({ id: 'gold', teamKey: 'acme' }))
  await directory.kept(['gold'])
  stored.set('gold', makeRoster({ id: 'gold', teamKey: 'other' }))
  expect(await directory.kept(['gold'])).toEqual(new Map([['gold', 'acme']]))
  expect(await directory.newest(['gold'])).toEqual(new Map([['gold', 'other']]))
  expect(await directory.kept(['gold'])).toEqual(new Map([['gold', 'other']]))
  stored.set('gold', makeRoster({ id: 'gold', deleting: true }))
  expect(await directory.newest(['gold'])).toEqual(new Map())
  expect(await directory.kept(['gold'])).toEqual(new Map())
})

it('refuses while a roster is moving', async () => {
  const { directory } = setUp(makeRoster({ id: 'gold', moving: { from: 'acme', to: 'other', since: 1 } }))
  await expect(directory.kept(['gold'])).rejects.toMatchObject({ code: 'store_unavailable' })
})
