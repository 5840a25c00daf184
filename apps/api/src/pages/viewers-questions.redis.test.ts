import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { inParallel } from '../../testing/in-parallel.ts'
import { pagesOf } from '../../testing/pages-of.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

/** Of the same length, so that only whether it is known can make a difference. The second is a member's id as well. */
const KNOWN = ['ann.known@example.com', 'id.known@example.com', 'ann.known', 'Annikan', 'ann.known@', '@example.com']
const OTHER = ['ann.other@example.com', 'id.other@example.com', 'ann.other', 'Annother', 'ann.other@', '@another.com']
const QUERIES = [
  'q',
  'id',
  'member',
  'by',
  'key',
  'after',
  'before',
  'cursor',
  'email',
  'name',
  'search',
  'activeQueue',
]
const values: Record<string, string> = { rosterId: 'gold', teamKeyId: 'acme', teamKey: 'acme', appId: '1001' }

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster()
  const put = (id: string, body: object) => api.call('PUT', `/v1/rosters/gold/members/${encodeURIComponent(id)}`, body)
  await put('u-1', { email: 'ann.known@example.com', firstName: 'Annikan', lastName: 'Lee' })
  await put('id.known@example.com', { email: 'id.known@example.com' })
  const list = {
    members: [
      { id: 'u-1', email: 'ann.known@example.com', lastName: 'Lea' },
      { id: 'u-2', email: null },
    ],
  }
  const planned = await api.call('PUT', '/v1/rosters/gold/members', list)
  values['planId'] = planned.json().reconciliation
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
  // What is told of all rosters together comes a moment later.
  await eventually(async () => expect((await bob.get('/console/activity')).body).toContain('u-1'))
})
afterAll(() => api.close())

const fill = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none')

/** A page without what was asked, and without what differs from one answer to the next. */
async function told(who: Visitor, url: string, asked: string): Promise<string> {
  const { statusCode, body } = await who.send({ method: 'GET', url, headers: { 'x-request-id': 'one' } })
  if (statusCode === 503) {
    // The machine may be busy.
    await eventually(() => api.deps.health.assertReachable())
    return told(who, url, asked)
  }
  const words = [asked, encodeURIComponent(asked), asked.replace('@', '&#64;'), asked.replaceAll(' ', '+')]
  const plain = words.reduce((text, word) => text.replaceAll(word, '·'), body)
  return `${statusCode} ${plain.replaceAll(/[\d.]+ ?(?:s|ms|seconds?|minutes?)\b|"\w*(?:At|timestamp|time)":[^,}]*|\d\d:\d\d(?::\d\d)?|[?&;]key=[^"&]*|name="key" value="[^"]*"|[\w-]{40,}/gi, '·')}`
}

describe('a viewer', () => {
  it('is told of no address, name or address-like id, whatever is asked at any page there is', async () => {
    const pages = pagesOf(api.app).flatMap((page) => (page.startsWith('GET ') ? [fill(page.slice(4))] : []))
    expect(pages.length).toBeGreaterThan(30)
    const wrong: string[] = []
    const questions = pages.flatMap((page) =>
      QUERIES.flatMap((name) => KNOWN.map((word, at) => ({ page, name, at, word }))),
    )
    await inParallel(questions, 8, async ({ page, name, at, word }) => {
      const ask = (asked: string) => told(bob, `${page}?${name}=${encodeURIComponent(asked)}`, asked)
      // Times are told in words that change by themselves; what tells of an address does so each time.
      for (let tried = 1; ; tried++) {
        const [one, two] = [await ask(word), await ask(OTHER[at] ?? '')]
        const isTold = /(?:ann|id)\.known@/.test(one)
        if (one === two && !isTold) return
        if (tried === 3) return void wrong.push(`${page}?${name}=${word}`)
      }
    })
    expect(wrong).toEqual([])
  })

  it('is not told in the path either, and the same questions are answered to an operator', async () => {
    for (const word of ['ann.known@example.com', 'id.known@example.com']) {
      const of = (who: Visitor, url: string) => told(who, url, word)
      const found = await of(ann, `/console/rosters/gold/members?q=${encodeURIComponent(word)}`)
      expect(found).not.toContain('Nobody matches')
      expect(await of(bob, `/console/rosters/gold/members?q=${encodeURIComponent(word)}`)).toContain('Nobody matches')
    }
    expect(await told(ann, '/console/rosters/gold/member?id=id.known%40example.com', '')).toMatch(/^200/)
    expect(await told(bob, '/console/rosters/gold/member?id=id.known%40example.com', '')).toMatch(/^404/)
  })
})
