import { createReconciliations } from '@flightroster/core/store'
import { describe, expect, it } from 'vitest'
import type { Person } from '../../testing/scim-doubles.ts'
import { DOUBLES, type Habits } from '../../testing/scim-habits.ts'
import type { Fate } from '../../testing/scim-line.ts'
import { withScimWorld, type Connected } from '../../testing/scim-world.ts'
import { finish } from '../../testing/scim.ts'

const world = await withScimWorld()
const { api } = world

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

const LINE: readonly Fate[] = ['lost', 'never came', 'twice', 'late']
const SEEDS = [11, 12]

/** What befalls the next requests of a provider, and how that shows. */
const TROUBLES: [name: string, shown: string, begin: (one: Connected) => void | Promise<void>][] = [
  ['is asked too much, and names a time (429)', '429', ({ idp }) => world.exhaust(idp)],
  ['loses its store before a roster is told (503)', '503', () => world.breakStore(1, 'before')],
  ['loses its store after a roster was told (503)', '503', () => world.breakStore(1, 'after')],
  ['is away', 'never came', ({ line }) => void line.next.push('never came', 'never came', 'never came')],
  ['does what it is asked, and the answer is lost', 'lost', ({ line }) => void line.next.push('lost', 'lost', 'lost')],
  ['is so slow that it is asked again meanwhile', 'late', ({ line }) => void line.next.push('late')],
  ['is asked twice by something on the way', 'twice', ({ line }) => void line.next.push('twice', 'twice', 'twice')],
]

const ALL = { familyName: 'Lee', isAssigned: true }

function change({ provider: { people } }: Connected, name: string, to: Partial<Person> = {}): void {
  people.set(name, { ...ALL, ...people.get(name), ...to })
}

/** Everything is sent; what the provider leaves to a person is sent again by one. */
async function settle({ provider }: Connected): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await provider.settle()
    if (provider.waiting().length === 0) return
    provider.retry()
  }
  throw new Error(`${provider.waiting().join()} still wait`)
}

/** Connect, assign, change, unassign, assign again, everything once more; `trouble` before each step. */
async function live(one: Connected, trouble: () => void | Promise<void> = () => {}): Promise<void> {
  const { provider } = one
  const arrive = async (...names: string[]) => {
    await trouble()
    await settle(one)
    await one.isAtApple(...names)
  }
  for (const name of ['ann', 'bob', 'cyd']) change(one, name)
  await arrive('ann', 'bob', 'cyd')
  change(one, 'ann', { familyName: 'Li' })
  change(one, 'bob', { isAssigned: false })
  change(one, 'dan')
  await arrive('ann', 'cyd', 'dan')
  change(one, 'bob', { isAssigned: true })
  change(one, 'cyd', { isAssigned: false })
  await arrive('ann', 'bob', 'dan')
  const calls = await world.callsOf(async () => {
    provider.resynchronise()
    await arrive('ann', 'bob', 'dan')
  })
  expect(calls).toEqual([])
}

/** Whoever was put in once has one mail; bob came back. */
async function isRight(one: Connected, group: string): Promise<void> {
  const { roster, idp } = one
  expect(one.mails()).toEqual({ ann: 1, bob: 2, cyd: 1, dan: 1 })
  expect(await createReconciliations(api.connection, 'acme').listHeld(roster)).toEqual([])
  const { body } = await idp.call('GET', '/Groups?excludedAttributes=members')
  expect(body.Resources.map(({ displayName }: { displayName: string }) => displayName)).toEqual([group])
  // Each joined once for each time that they were put in. A leave may be told twice, where it is not known whether it was.
  const { items: members } = (await api.call('GET', `/v1/rosters/${roster}/members`)).json()
  for (const { id } of members as { id: string }[]) {
    const { items } = (await api.call('GET', `/v1/rosters/${roster}/members/${id}/timeline`)).json()
    const kinds = (items as { kind: string }[]).map(({ kind }) => kind).filter((kind) => /^(joined|left)$/.test(kind))
    expect(kinds.at(-1)).toBe('joined')
    expect(kinds.filter((kind, at) => kind === 'joined' && kinds[at - 1] === 'joined')).toEqual([])
  }
}

describe.each(DOUBLES)('$name', (habits) => {
  it.each(TROUBLES)(
    'ends with the right people at Apple, each mailed once, where the server %s',
    async (name, shown, begin) => {
      const group = `${habits.name} ${TROUBLES.findIndex(([other]) => other === name)}`
      const one = await world.connect(habits, group)
      await live(one, () => begin(one))
      expect(one.line.faults.get(shown)).toBeGreaterThan(2)
      await isRight(one, group)
    },
  )

  it.each(SEEDS)(
    'ends with the right people at Apple, each mailed once, on a line that does all of that (seed %i)',
    async (seed) => {
      const group = `${habits.name} ${seed}`
      const random = seeded(seed)
      const chance = () => (random() < 0.45 ? LINE[Math.floor(random() * LINE.length)] : undefined)
      const one = await world.connect(habits, group, chance)
      await live(one)
      expect(one.line.faults.size).toBeGreaterThan(2)
      await isRight(one, group)
    },
  )

  it('is asked for nothing again where the store was lost half-way: what was begun is finished here', async () => {
    const one = await world.connect(habits, `${habits.name} half-way`)
    for (const name of ['ann', 'bob']) change(one, name)
    await settle(one)
    await one.isAtApple('ann', 'bob')
    world.breakStore(1, 'before')
    change(one, 'bob', { isAssigned: false })
    // The first of its requests that tells a roster something fails, and the provider does nothing more.
    await one.provider.run(1)
    await finish(api)
    await one.isAtApple('ann')
    await settle(one)
    await one.isAtApple('ann')
    expect(one.mails()).toEqual({ ann: 1, bob: 1 })
  })

  it('asks nothing before the time that a 429 names, and is answered then', async () => {
    const one = await world.connect(habits, `${habits.name} too much`)
    change(one, 'ann')
    await world.exhaust(one.idp)
    await settle(one)
    await one.isAtApple('ann')
    const [refused, ...later] = one.line.sent
    expect(refused?.status).toBe(429)
    const isOfAnn = ({ path, body }: { path: string; body: string }) =>
      `${decodeURIComponent(path)}${body}`.includes('ann@')
    const next = later.find((request) => isOfAnn(request))
    expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(60_000)
    expect(later.filter((request) => isOfAnn(request) && request.status === 429)).toEqual([])
  })
})

/** When requests with this in them were sent, in minutes after the first. */
const minutesOf = ({ line }: Connected, text: string) => {
  const times = line.sent
    .filter(({ method, body }) => method !== 'GET' && body.includes(text))
    .map(({ at }) => at / 60_000)
  return times.map((at) => at - (times[0] ?? 0))
}
const doubleOf = (name: string) => DOUBLES.find((one) => one.name === name) as Habits
const DAY = 24 * 60

describe('a user who is refused, since a mapping is wrong', () => {
  const refuse = async (name: string) => {
    const one = await world.connect(doubleOf(name), `${name} refused`)
    change(one, 'ann')
    change(one, 'dan', { isMappedWrong: true })
    await one.provider.run(3 * DAY)
    await one.isAtApple('ann')
    return one
  }
  const mend = async (one: Connected) => {
    change(one, 'dan', { isMappedWrong: false })
    await settle(one)
    await one.isAtApple('ann', 'dan')
    expect(one.mails()).toEqual({ ann: 1, dan: 1 })
  }

  it('is sent once by Okta, which does not send a 400 again, until somebody presses "Retry"', async () => {
    const one = await refuse('Okta')
    expect(minutesOf(one, 'dan')).toEqual([0])
    expect(one.provider.waiting()).toEqual(['dan'])
    await mend(one)
  })

  it('is sent again by Entra ID after 6, 12 and 24 hours, then once a day, in a cycle each 40 minutes', async () => {
    const one = await refuse('Entra ID')
    expect(minutesOf(one, 'dan')).toEqual([0, 6 * 60, 18 * 60, 42 * 60, 66 * 60].map((at) => Math.ceil(at / 40) * 40))
    await mend(one)
  })

  it.each(['authentik', 'JumpCloud', 'OneLogin', 'Google Workspace'])('holds up nobody else at %s', async (name) => {
    await mend(await refuse(name))
  })
})

describe('Entra ID', () => {
  const entra = doubleOf('Entra ID')
  const start = async (group: string, habits = entra) => {
    const one = await world.connect(habits, group)
    for (const name of ['ann', 'bob', 'cyd']) change(one, name)
    await settle(one)
    await one.isAtApple('ann', 'bob', 'cyd')
    return one
  }

  it('sends in a later cycle what has changed, and nothing of anybody else', async () => {
    const one = await start('Incremental')
    one.line.sent.length = 0
    await one.provider.run(DAY)
    expect(one.line.sent).toEqual([])
    change(one, 'bob', { isAssigned: false })
    await one.provider.run(40)
    expect(one.line.sent.map(({ method, path }) => [method, path.split('/')[1]])).toEqual([
      ['PATCH', 'Users'],
      ['PATCH', 'Groups'],
    ])
    await one.isAtApple('ann', 'cyd')
  })

  it('is slowed down to once a day by a token that was deleted, stops after four weeks, and is right again with a new one', async () => {
    const one = await start('Token gone')
    const tokens = (await api.call('GET', '/v1/tokens?limit=1000')).json().items as {
      id: string
      rosters: string[] | null
    }[]
    const token = tokens.find(({ rosters }) => rosters?.includes(one.roster))
    await api.call('DELETE', `/v1/tokens/${token?.id ?? ''}`)
    change(one, 'ann', { isAssigned: false })
    one.line.sent.length = 0
    await one.provider.run(7 * DAY)
    expect(one.provider.state()).toBe('in quarantine')
    expect(minutesOf(one, 'active')).toEqual([0, 1, 2, 3, 4, 5, 6].map((days) => days * DAY))
    await one.provider.run(30 * DAY)
    expect(one.provider.state()).toBe('stopped')
    expect(one.line.sent).toHaveLength(28)
    await one.isAtApple('ann', 'bob', 'cyd')
    // The people were here all the while; a token of the same reach goes on where the former one ended.
    await one.renewToken()
    one.provider.resynchronise()
    await settle(one)
    await one.isAtApple('bob', 'cyd')
    expect(one.provider.state()).toBe('works')
    expect(one.mails()).toEqual({ ann: 1, bob: 1, cyd: 1 })
  })

  it('is slowed down where most of its requests fail, goes on by itself once they are answered, and sends nobody twice', async () => {
    const quarantine = { everyMinutes: DAY, share: 0.4, tries: 8, failures: 40_000, stopsAfterDays: 28 }
    const one = await start('Away for days', { ...entra, quarantine })
    const sent = one.line.sent.length
    change(one, 'ann', { isAssigned: false })
    for (const name of ['dan', 'eve', 'fay']) change(one, name)
    one.line.fails = true
    await one.provider.run(5 * DAY)
    expect(one.provider.state()).toBe('in quarantine')
    expect(one.line.sent.length - sent).toBeLessThan(40)
    await one.isAtApple('ann', 'bob', 'cyd')
    one.line.fails = false
    await settle(one)
    expect(one.provider.state()).toBe('works')
    await one.isAtApple('bob', 'cyd', 'dan', 'eve', 'fay')
    expect(one.mails()).toEqual({ ann: 1, bob: 1, cyd: 1, dan: 1, eve: 1, fay: 1 })
    expect(
      await world.callsOf(async () => {
        one.provider.resynchronise()
        await settle(one)
      }),
    ).toEqual([])
  })
})
