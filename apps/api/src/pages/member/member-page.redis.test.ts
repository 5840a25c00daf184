import { createFacts } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { LANGUAGES } from './words/index.ts'
import { VIEWS } from './words/words.ts'

const ORIGIN = 'https://flightroster.example.com'
let api: TestApi
let lane: string
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  lane = (await api.addRoster({ id: 'gold' })).teamKey
  await api.call('PUT', '/v1/rosters/gold/members/ann', { email: 'ann.lee@example.com', firstName: 'Ann' })
  await api.call('PUT', '/v1/rosters/gold/members/ben', { email: null })
})

const makeLink = async (member = 'ann', body: unknown = {}) => {
  const answer = await api.call('POST', `/v1/rosters/gold/members/${member}/link`, body)
  expect(answer.statusCode).toBe(201)
  return new URL(answer.json().url).pathname
}
const open = (path: string, headers: Record<string, string> = {}) =>
  api.app.inject({ method: 'GET', url: path, headers })
const send = (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  api.app.inject({
    method: 'POST',
    url: path,
    payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...headers },
  })
const member = async (id = 'ann') => (await api.call('GET', `/v1/rosters/gold/members/${id}`)).json()
const told = async () => (await createFacts(api.connection, lane).peek(10)).map(({ type }) => type)

describe('a link to the own page of a member', () => {
  it('is made with a time to live, and shows where the person stands without telling the address', async () => {
    const answer = await api.call('POST', '/v1/rosters/gold/members/ann/link', { days: 2 })
    const left = Date.parse(answer.json().expiresAt) - api.deps.clock.now()
    expect([answer.statusCode, Math.round(left / 86_400_000)]).toEqual([201, 2])
    expect(answer.json().url).toMatch(/^https:\/\/flightroster\.example\.com\/m\/[\w.-]+$/)
    const page = await open(new URL(answer.json().url).pathname)
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({
      'referrer-policy': 'same-origin',
      'x-robots-tag': 'noindex, nofollow',
      'cache-control': 'no-store',
    })
    expect(page.body).toContain('a…@e….com')
    for (const secret of ['ann.lee', 'gold', 'ben', 'Ann', '<script']) expect(page.body).not.toContain(secret)
    expect(Buffer.byteLength(page.body)).toBeLessThan(20_000)
  })

  it('takes no body, and refuses one that is not understood', async () => {
    expect((await api.call('POST', '/v1/rosters/gold/members/ann/link')).statusCode).toBe(201)
    expect((await api.call('POST', '/v1/rosters/gold/members/ann/link', { days: 0 })).statusCode).toBe(400)
    expect((await api.call('POST', '/v1/rosters/gold/members/nobody/link', {})).statusCode).toBe(404)
    api.deps.publicUrl = undefined
    const answer = await api.call('POST', '/v1/rosters/gold/members/ann/link', {})
    api.deps.publicUrl = ORIGIN
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'public_url_missing'])
  })

  it('leaves those before good, until all are made void, and then none of them opens again', async () => {
    const [first, second] = [await makeLink(), await makeLink()]
    expect([(await open(first)).statusCode, (await open(second)).statusCode]).toEqual([200, 200])
    expect((await api.call('DELETE', '/v1/rosters/gold/members/ann/link')).statusCode).toBe(204)
    const third = await makeLink()
    const statuses = await Promise.all([first, second, third].map(async (path) => (await open(path)).statusCode))
    expect(statuses).toEqual([410, 410, 200])
  })

  it('looks the same whether it is forged, cut, void, outdated, or of a roster that is gone', async () => {
    const link = await makeLink()
    const outdated = await makeLink('ann', { days: 1 })
    const bodies = new Set<string>()
    const gone = async (path: string) => {
      for (const answer of [
        await open(path),
        await open(`${path}/leave`),
        await send(`${path}/address`, { email: 'x@example.com' }),
      ]) {
        expect([path, answer.statusCode]).toEqual([path, 410])
        bodies.add(answer.body)
      }
    }
    for (const path of [
      '/m/x',
      '/m/v1.000000000000.AAAA',
      link.slice(0, -2),
      `${link}A`,
      `${link}%0d%0aset-cookie:a=b`,
      `${link}%e2%82%ac`,
      `${link}=`,
      `/m/${'a'.repeat(1_900)}`,
    ])
      await gone(path)
    const now = api.deps.clock.now()
    const clock = api.deps.clock
    api.deps.clock = { ...clock, now: () => now + 2 * 86_400_000 }
    await gone(outdated)
    api.deps.clock = clock
    await api.call('DELETE', '/v1/rosters/gold')
    await gone(link)
    expect(bodies.size).toBe(1)
    expect([...bodies][0]).not.toMatch(/console|gold|Acme/)
  })

  it('opens the page of that one member, whoever else is on the roster', async () => {
    const link = await makeLink('ben')
    await send(`${link}/address`, { email: 'ben@icloud.example' })
    expect([(await member('ben')).email, (await member('ann')).email]).toEqual([
      'ben@icloud.example',
      'ann.lee@example.com',
    ])
  })
})

describe('what a member does there', () => {
  it('gives an address, which counts as an event of theirs, and upstream is told of it', async () => {
    const link = await makeLink('ben')
    expect((await open(link)).body).toContain('One thing is missing')
    const answer = await send(`${link}/address`, { email: ' Ben@iCloud.example ' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `${link}?done=address`])
    expect(await member('ben')).toMatchObject({ email: 'Ben@iCloud.example', desired: 'present' })
    expect(await told()).toEqual(['member.address_changed'])
    const timeline = (await api.call('GET', '/v1/rosters/gold/members/ben/timeline')).json().items
    expect(timeline[0].text).toContain('by the member, on their own page')
    expect((await open(`${link}?done=address`)).body).toContain('role="status"')
    const again = await send(`${link}/address`, { email: 'ben@icloud.example' })
    expect([again.headers.location, await told()]).toEqual([`${link}?done=same`, ['member.address_changed']])
  })

  it.each([
    '',
    'no address',
    'a@b@c',
    'a@example.com\r\nBcc: b@example.com',
    '=cmd@example.com,b@example.com c',
    `${'a'.repeat(260)}@example.com`,
  ])('does not take the address %j, and says so', async (email) => {
    const link = await makeLink()
    const answer = await send(`${link}/address`, { email })
    expect([answer.statusCode, (await member()).email, await told()]).toEqual([422, 'ann.lee@example.com', []])
    expect(answer.body).toContain('role="alert"')
  })

  it('is not told that it was done where an event of later time decides', async () => {
    const link = await makeLink()
    const time = new Date(api.deps.clock.now() + 300_000).toISOString()
    const data = { roster: 'gold', member: { id: 'ann', email: 'ann.lee@example.com' } }
    await api.call('POST', '/v1/events', { type: 'member.updated', time, data })
    for (const [act, fields] of [
      ['address', { email: 'other@example.com' }],
      ['leave', { confirm: 'yes' }],
    ] as const) {
      const answer = await send(`${link}/${act}`, fields)
      expect([act, answer.statusCode]).toEqual([act, 409])
      expect(answer.body).toContain('That did not work. Try again in a moment.')
    }
    expect([(await member()).email, (await member()).desired, await told()]).toEqual([
      'ann.lee@example.com',
      'present',
      [],
    ])
  })

  it('shows nothing of an address as markup', async () => {
    const link = await makeLink()
    await send(`${link}/address`, { email: '<script>alert(1)</script>@<b>.com' })
    expect((await open(link)).body).not.toMatch(/<script|<b>/)
  })

  it('leaves only when asked twice, and comes back by no old link', async () => {
    const link = await makeLink()
    expect((await open(`${link}/leave`)).body).toContain('name="confirm"')
    expect((await send(`${link}/leave`)).body).toContain('name="confirm"')
    expect((await member()).desired).toBe('present')
    expect((await send(`${link}/leave`, { confirm: 'yes' })).statusCode).toBe(303)
    expect((await member()).desired).toBe('absent')
    expect((await open(link)).body).toContain('no longer in this beta')
    const back = await send(`${link}/address`, { email: 'new@example.com' })
    expect([back.statusCode, (await member()).desired]).toEqual([409, 'absent'])
  })

  it('is not done from another site', async () => {
    const link = await makeLink()
    for (const origin of ['https://evil.example', 'null'])
      expect((await send(`${link}/leave`, { confirm: 'yes' }, { origin })).statusCode).toBe(403)
    expect((await member()).desired).toBe('present')
  })

  it('asks for an invitation once a minute, and for new addresses three times an hour: nobody is mailed more than that', async () => {
    const link = await makeLink()
    expect((await send(`${link}/invitation`)).statusCode).toBe(303)
    const second = await send(`${link}/invitation`)
    expect([second.statusCode, Number(second.headers['retry-after']) > 0]).toEqual([429, true])
    const statuses: number[] = []
    for (let at = 0; at < 5; at++)
      statuses.push((await send(`${link}/address`, { email: `a${at}@example.com` })).statusCode)
    expect(statuses).toEqual([303, 303, 303, 429, 429])
    expect((await member()).email).toBe('a2@example.com')
  })

  it('is looked at sixty times a minute at most, and others are not held up', async () => {
    const [link, other] = [await makeLink(), await makeLink('ben')]
    const statuses = new Map<number, number>()
    for (let at = 0; at < 200; at++) {
      const { statusCode } = await open(link)
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 60, 429: 140 })
    expect((await open(other)).statusCode).toBe(200)
  })
})

describe('the words', () => {
  it.each([
    ['de-CH,de;q=0.9,en;q=0.8', 'de'],
    ['es', 'es'],
    ['nl, fr;q=0.5, en;q=0.4', 'fr'],
    ['ja;q=0.1, en;q=0', 'ja'],
    ['pt-BR', 'en'],
    ['*', 'en'],
    [';;;,,q=x', 'en'],
    ['', 'en'],
  ])('for %s are %s', async (header, language) => {
    const { body } = await open(await makeLink(), { 'accept-language': header })
    expect(body).toContain(`<html lang="${language}">`)
  })

  it.each(LANGUAGES)('of $language say everything there is to say', (words) => {
    const english = LANGUAGES[0]
    for (const view of VIEWS) {
      expect(words.views[view].state).toBeTruthy()
      expect(words.views[view].steps).toHaveLength(english?.views[view].steps.length ?? 0)
    }
    const marks = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
    expect(marks(JSON.stringify(words))).toEqual(['{address}', '{app}'])
    expect(Object.keys(words).sort()).toEqual(Object.keys(english ?? {}).sort())
  })
})
