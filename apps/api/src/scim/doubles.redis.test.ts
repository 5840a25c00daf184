import { createReconciliations } from '@flightroster/core/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDouble, createLine, DOUBLES, type Habits } from '../../testing/scim-doubles.ts'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const SEEDS = [1, 2, 3, 4]

async function live(habits: Habits, seed: number): Promise<void> {
  const group = `${habits.name} ${seed}`
  const roster = group.replaceAll(' ', '-').toLowerCase()
  await addScimRoster(api, roster, group)
  const idp = await connectScim(api, { rosters: [roster] })
  const line = createLine(idp, seeded(seed))
  const provider = createDouble(habits, group, line, habits.pushesGroups ? undefined : await idp.addGroup(group))
  const { people } = provider
  const assign = (name: string) => people.set(name, { familyName: 'Lee', isAssigned: true })
  const change = (name: string, to: object) => {
    const person = people.get(name)
    if (person) people.set(name, { ...person, ...to })
  }
  const seen = new Set<string>()
  const arrive = async (...names: string[]) => {
    await provider.settle()
    const ids = names.map((name) => provider.idOf(name) ?? '')
    for (const id of ids) seen.add(id)
    expect(await idp.present(roster)).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)))
  }
  for (const name of ['ann', 'bob', 'cyd']) assign(name)
  await arrive('ann', 'bob', 'cyd')
  change('ann', { familyName: 'Li' })
  assign('dan')
  await arrive('ann', 'bob', 'cyd', 'dan')
  change('bob', { isAssigned: false })
  await arrive('ann', 'cyd', 'dan')
  change('bob', { isAssigned: true })
  change('cyd', { isAssigned: false })
  await arrive('ann', 'bob', 'dan')
  provider.resynchronise()
  await arrive('ann', 'bob', 'dan')
  line.isFlaky = false
  provider.resynchronise()
  await arrive('ann', 'bob', 'dan')

  expect(line.faults.size).toBeGreaterThan(3)
  expect(provider.minutes()).toBeGreaterThan(habits.everyMinutes)
  expect(await createReconciliations(api.connection, 'acme').listHeld(roster)).toEqual([])
  const { body } = await idp.call('GET', '/Groups?excludedAttributes=members')
  expect(body.Resources.map(({ displayName }: { displayName: string }) => displayName)).toEqual([group])
  // Each joined once for each time that they were put in: a second join is what would mail a second time.
  for (const id of seen) {
    const { items } = (await api.call('GET', `/v1/rosters/${roster}/members/${id}/timeline`)).json()
    const kinds = (items as { kind: string }[]).map(({ kind }) => kind).filter((kind) => kind !== 'updated')
    expect(kinds[0]).toBeDefined()
    expect(kinds.toReversed()).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'joined' : 'left')))
  }
}

describe.each(DOUBLES)('a server that loses answers, is away, refuses and repeats: $name', (habits) => {
  it.each(SEEDS)(
    'ends with the right people in one group, each invited once (seed %i)',
    (seed) => live(habits, seed),
    120_000,
  )
})
