import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAppleClient, type AppleClient, type AppleSession } from './client.ts'
import {
  memoryLog,
  newCredentials,
  openGate,
  page,
  reply,
  startScriptedServer,
  tester,
  type OpenGate,
  type ScriptedServer,
} from '../testing/scripted-server.ts'
import { chunkAddresses } from './testers.ts'

const { log, lines } = memoryLog()
let apple: ScriptedServer
let client: AppleClient
let gate: OpenGate
let session: AppleSession

beforeAll(async () => {
  apple = await startScriptedServer()
  client = createAppleClient({ baseUrl: apple.url, log })
})
beforeEach(() => {
  apple.seen.length = 0
  lines.length = 0
  gate = openGate()
  session = client.session(newCredentials(), gate)
})
afterAll(async () => {
  await apple.close()
  await client.close()
})

/** Three times as long once it is encoded. */
const long = (n: number) => `${'+'.repeat(60)}${n}@example.com`

describe('listing the testers of a group', () => {
  it('follows the pages as given and is complete when the total agrees', async () => {
    const next = `${apple.url}/v1/betaGroups/g1/betaTesters?cursor=AoJ%2B&limit=200`
    apple.script(
      reply(200, page([tester('t1'), tester('t2')], { total: 3, next })),
      reply(200, page([tester('t3')], { total: 3 })),
    )
    const listing = await session.listGroupTesters('g1')
    expect(listing).toMatchObject({ complete: true, ended: true, total: 3 })
    expect(listing.testers.map(({ id }) => id)).toEqual(['t1', 't2', 't3'])
    expect(apple.seen[0]?.url.searchParams.get('limit')).toBe('200')
    expect(apple.seen[1]?.target).toBe('/v1/betaGroups/g1/betaTesters?cursor=AoJ%2B&limit=200')
    expect(gate.records.map(({ path }) => path)).toEqual(Array(2).fill('/v1/betaGroups/{id}/betaTesters'))
  })

  it('follows a link that is relative', async () => {
    apple.script(reply(200, page([], { next: '/v1/more?cursor=2' })), reply(200, page([], { total: 0 })))
    expect(await session.listGroupTesters('g1')).toMatchObject({ complete: true })
    expect(apple.seen[1]?.target).toBe('/v1/more?cursor=2')
  })

  it.each([
    ['a row came twice', page([tester('t1'), tester('t1')], { total: 2 }), { ended: false, total: 2 }],
    [
      'a row came twice and the total counts it once',
      page([tester('t1'), tester('t1')], { total: 1 }),
      { ended: false },
    ],
    ['it is short', page([tester('t1')], { total: 2 }), { ended: true, total: 2 }],
    ['it is empty though the total says otherwise', page([], { total: 7 }), { ended: true, total: 7 }],
    ['there is no total', page([tester('t1')]), { ended: true, total: null }],
  ])('is not complete when %s', async (_name, body, expected) => {
    apple.script(reply(200, body))
    expect(await session.listGroupTesters('g1')).toMatchObject({ complete: false, ...expected })
  })

  it('ends as incomplete when a link leads in a circle', async () => {
    const next = '/v1/betaGroups/g1/betaTesters?cursor=2'
    apple.script(reply(200, page([tester('t1')], { next, total: 1 })), reply(200, page([], { next, total: 1 })))
    expect(await session.listGroupTesters('g1')).toMatchObject({ complete: false, ended: false })
    expect(apple.seen).toHaveLength(2)
  })

  it('ends as incomplete after too many pages', async () => {
    let cursor = 0
    apple.script((response, request) => {
      cursor += 1
      reply(200, page([], { next: `/v1/x?cursor=${cursor}`, total: 0 }))(response, request)
    })
    expect(await session.listGroupTesters('g1')).toMatchObject({ complete: false, ended: false })
    expect(apple.seen).toHaveLength(400)
  })

  it.each(['https://evil.example/v1/betaTesters', '//evil.example/x', 'http://127.0.0.1:1/x', 'http://['])(
    'does not take its token to %s',
    async (next) => {
      apple.script(reply(200, page([tester('t1')], { next })))
      await expect(session.listGroupTesters('g1')).rejects.toMatchObject({ code: 'apple_answer_unreadable' })
      expect(apple.seen).toHaveLength(1)
      expect(gate.records).toMatchObject([{ status: 200, code: 'apple_answer_unreadable' }])
    },
  )

  it('refuses the whole page when one row has no id', async () => {
    apple.script(reply(200, page([tester('t1'), { type: 'betaTesters' }], { total: 2 })))
    await expect(session.listGroupTesters('g1')).rejects.toMatchObject({ code: 'apple_answer_unreadable' })
  })

  it('takes a state that is new for unknown and reports it once; null and absent are unknown too', async () => {
    const bare = { type: 'betaTesters', id: 't4' }
    const rows = [tester('t1', 'a@b.c', 'PAUSED'), tester('t2', null, 'PAUSED'), tester('t3', null, null), bare]
    apple.script(reply(200, page([...rows, tester('t5', 'e@b.c', 'REVOKED')], { total: 5 })))
    const { testers, complete } = await session.listGroupTesters('g1')
    expect(testers.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'revoked'])
    expect(complete).toBe(true)
    expect(lines).toMatchObject([{ msg: 'apple.tester_state_unknown', state: 'PAUSED' }])
  })

  it('counts with one row of one page, and says null where Apple gives no total', async () => {
    apple.script(reply(200, page([tester('t1')], { total: 812, next: '/v1/x?cursor=2' })), reply(200, page([])))
    expect([await session.countGroupTesters('g1'), await session.countGroupTesters('g1')]).toEqual([812, null])
    expect(apple.seen[0]?.url.searchParams.get('limit')).toBe('1')
  })
})

describe('finding testers by address', () => {
  it('matches exactly and without case, and drops what only resembles', async () => {
    const rows = [tester('t1', 'Ann.Lee@Example.com'), tester('t2', 'joann.lee@example.com'), tester('t3', null)]
    apple.script(reply(200, page(rows)))
    const found = await session.findTesters({ appId: 'a1', emails: ['ann.lee@example.com', 'bob@example.com'] })
    expect(found.map(({ id }) => id)).toEqual(['t1'])
  })

  it('asks by app or by group, never both, with plus signs and commas encoded', async () => {
    apple.script(reply(200, page([])))
    const emails = ['ann+beta@example.com', 'a,b@example.com']
    await session.findTesters({ appId: 'a1', emails })
    await session.findGroupMembers({ groupId: 'g1', emails })
    const encoded = 'ann%2Bbeta%40example.com,a%2Cb%40example.com'
    for (const { target } of apple.seen) expect(decodeURIComponent(target.split(encoded)[0] ?? '')).toMatch(/email]=$/)
    expect(apple.seen.map(({ url }) => [...url.searchParams.keys()])).toEqual([
      ['filter[apps]', 'filter[email]', 'fields[betaTesters]', 'limit'],
      ['filter[betaGroups]', 'filter[email]', 'fields[betaTesters]', 'limit'],
    ])
  })

  it('asks for at most 100 addresses at once, each once, in URLs under 6,000 bytes', async () => {
    apple.script(reply(200, page([])))
    const emails = Array.from({ length: 250 }, (_, n) => (n < 130 ? `p${n}@x.io` : long(n)))
    await session.findTesters({ appId: 'a1', emails: [...emails, ...emails.map((email) => email.toUpperCase())] })
    const asked = apple.seen.map(({ url }) => (url.searchParams.get('filter[email]') ?? '').split(','))
    expect(asked.flat().map((email) => email.toLowerCase())).toEqual(emails)
    expect(Math.max(...asked.map(({ length }) => length))).toBe(100)
    expect(Math.max(...apple.seen.map(({ target }) => target.length + apple.url.length))).toBeLessThan(6_000)
  })

  it('makes no call for nobody', async () => {
    expect(await session.findTesters({ appId: 'a1', emails: [] })).toEqual([])
    expect(await session.removeFromApp('a1', [])).toBe('done')
    await session.addTesters('g1', [])
    await session.removeTesters('g1', [])
    expect(apple.seen).toEqual([])
  })

  it('does not pass off a search in circles as a full answer', async () => {
    apple.script(reply(200, page([], { next: '/v1/betaTesters?cursor=2' })))
    const finding = session.findGroupMembers({ groupId: 'g1', emails: ['a@b.c'] })
    await expect(finding).rejects.toMatchObject({ code: 'apple_answer_unreadable' })
  })

  it('gives an address that is longer than a whole chunk its own call', () => {
    expect(chunkAddresses(['a', '+'.repeat(3_000), 'b'])).toEqual([['a'], ['+'.repeat(3_000)], ['b']])
  })
})

describe('writing testers', () => {
  it('creates with the group as the only relationship, and names only when given', async () => {
    apple.script(reply(201, { data: tester('t1', 'ANN@example.com') }))
    const row = await session.createTester({
      groupId: 'g1',
      email: 'ann@example.com',
      firstName: 'Ann',
      lastName: null,
    })
    expect(row).toMatchObject({ id: 't1', email: 'ANN@example.com', state: 'invited' })
    expect(apple.seen[0]?.body).toEqual({
      data: {
        type: 'betaTesters',
        attributes: { email: 'ann@example.com', firstName: 'Ann' },
        relationships: { betaGroups: { data: [{ type: 'betaGroups', id: 'g1' }] } },
      },
    })
  })

  it('tells a removal from the app that is done from one that was only started', async () => {
    apple.script(reply(204), reply(202))
    expect(await session.removeFromApp('a1', ['t1'])).toBe('done')
    expect(await session.removeFromApp('a1', ['t1'])).toBe('started')
    expect(apple.seen[0]).toMatchObject({
      method: 'DELETE',
      target: '/v1/apps/a1/relationships/betaTesters',
      body: { data: [{ type: 'betaTesters', id: 't1' }] },
    })
  })
})
