import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../testing/in-parallel.ts'
import { randomOf } from '../testing/make-requests.ts'
import { fillPath, serveTwoWorlds, WORLDS, type TwoWorlds, type World } from '../testing/two-worlds.ts'

/** `CURSOR_SEED=…` repeats a run. */
const SEED = Number(process.env['CURSOR_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

let worlds: TwoWorlds

beforeAll(async () => {
  worlds = await serveTwoWorlds()
  console.info(`CURSOR_SEED=${SEED}`)
})
afterAll(() => worlds.close())

describe(`cursors that were forged (seed ${SEED})`, () => {
  it('open nothing, at any list there is', async () => {
    const random = randomOf(SEED)
    const lists = worlds.operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'))
    expect(lists.length).toBeGreaterThan(15)
    const places = lists.flatMap(({ path, parameters }) =>
      WORLDS.map((world) => ({ path, parameters, url: urlOf(path, world), own: '' })),
    )
    for (const place of places) {
      const first = await worlds.judge('GET', place.url, worlds.asAdmin)
      const { nextCursor } = JSON.parse(first.body) as { nextCursor?: string | null }
      // A list that is new needs two things to be planted above.
      expect([place.url, typeof nextCursor]).toEqual([place.url, 'string'])
      place.own = nextCursor ?? ''
    }
    const pool = [...new Set(places.map(({ own }) => own))]
    const wrong: string[] = []
    const expectStatus = async (url: string, status: number) => {
      const answer = await worlds.judge('GET', url, worlds.asAdmin)
      wrong.push(...answer.faults)
      if (answer.status !== status)
        wrong.push(`${answer.status} instead of ${status}: ${url} → ${answer.body.slice(0, 200)}`)
    }
    await inParallel(places, 8, async ({ url, own, parameters }) => {
      await expectStatus(`${url}&cursor=${own}`, 200)
      for (const cursor of [...pool.filter((other) => other !== own), ...forge(own, random)])
        await expectStatus(`${url}&cursor=${encodeURIComponent(cursor)}`, 400)
      await expectStatus(`${url}&cursor=${own}&cursor=${own}`, 400)
      const filters = parameters.filter((one) => one.in === 'query').map(({ name }) => name)
      for (const name of filters.filter((one) => !['limit', 'cursor', 'email'].includes(one)))
        await expectStatus(`${url}&${name}=active&cursor=${own}`, 400)
    })
    expect(wrong).toEqual([])
    await worlds.assertSoonAlone()
  })
})

function urlOf(path: string, world: World): string {
  return `${fillPath(path, world)}?limit=1${path === '/v1/people' ? `&email=${encodeURIComponent(world.email)}` : ''}`
}

/** Characters of the seal in front. */
const SEAL = 12

function forge(own: string, random: () => number): string[] {
  const at = () => Math.floor(random() * own.length)
  const [seal, text] = [own.slice(0, SEAL), own.slice(SEAL)]
  const [print] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string]
  const changed = Array.from({ length: 4 }, () => {
    const place = at()
    return own.slice(0, place) + (own[place] === 'x' ? 'y' : 'x') + own.slice(place + 1)
  })
  const inside = [
    null,
    0,
    'x',
    {},
    [],
    [print],
    [print, null],
    [print, ''],
    [print, 'zzz'],
    [print, '-1'],
    [print, '9'.repeat(40)],
    [print, '1e309'],
    [print, '__proto__'],
    [print, '\u0000\r\n'],
    [print, '\u202e💥'],
    [print, 'x'.repeat(1_000)],
    [print, { length: 1e9 }],
  ].map((value) => seal + Buffer.from(JSON.stringify(value)).toString('base64url'))
  return [
    ...inside,
    ...changed,
    ...[1, SEAL, SEAL + 1, own.length - 1, at()].map((length) => own.slice(0, length)),
    text,
    seal + seal,
    own + own,
    `${own}A`,
    `${own}=`,
    ` ${own}`,
    `${own}\u0000`,
    own.toUpperCase(),
    '',
    '0',
    '-1',
    '9'.repeat(40),
    '1e309',
    '\u0000',
    '\r\nx: y',
    '\u202e',
    '💥'.repeat(100),
    'x'.repeat(2_001),
    'x'.repeat(10_000),
  ].filter((cursor) => cursor !== own)
}
