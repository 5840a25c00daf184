import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { readFileSync } from 'node:fs'
import { serveApiWithApple, type TestApiWithApple } from '../testing/apple.ts'
import { inParallel } from '../testing/in-parallel.ts'
import { createRequestMaker, type MadeRequest } from '../testing/make-requests.ts'
import { pagesOf } from '../testing/pages-of.ts'
import { makeDashboard, visit, type Visitor } from '../testing/visitor.ts'

/** The whole document, and every page: `FUZZ_SEED=… FUZZ_REQUESTS=…` repeats or goes on for longer. */
const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as never
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 10_000)
/** In flight: while one waits for Redis or Apple, others are worked at. */
const AT_ONCE = 8
const SLOWEST_MS = 1_000
/** The machine may be busy, and the store with it. */
const TRIES = 20
const LARGEST = 1024 * 1024
/** Things are deleted at random: what most requests are about is put there again. */
const RENEW_EVERY = 100

const OF_VALIDATOR = /Invalid (input|option|string|number|discriminator|key|value)|Too (big|small): |Unrecognized key/

let api: TestApiWithApple
let ann: Visitor | undefined

beforeAll(async () => {
  // Apple's own quota is another matter: whoever asks often is answered 503 then.
  api = await serveApiWithApple({ quota: { hourLimit: 1_000_000 } }, { dashboard: await makeDashboard() })
  console.info(`FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS}`)
})
afterAll(() => api.close())

async function renew(): Promise<void> {
  // Who has logged out is let in again. A log-in costs as much as a hundred requests.
  if ((await ann?.get('/console'))?.statusCode !== 200) ann = await visit(api.app, 'ann')
  await api.putTeamKey('acme')
  await api.addRoster({ id: 'gold' })
  await api.call('POST', '/v1/events', { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1' } } })
  const told = { types: ['*'], rosters: ['gold'] }
  await api.call('PUT', '/v1/webhooks/crm', { url: 'https://hooks.example.com/x', ...told })
  await api.call('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', ...told })
  await api.call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: 'x', rosters: { '*': 'gold' } })
}

async function timed({ isPage, ...rest }: MadeRequest) {
  const begun = performance.now()
  const headers = { authorization: `Bearer ${api.deps.adminToken}`, ...rest.headers }
  const answer = await (isPage && ann ? ann.send(rest) : api.app.inject({ ...rest, headers }))
  return { answer, ms: performance.now() - begun }
}

/** The answer, and what is wrong with it. */
async function judge(request: MadeRequest) {
  let { answer, ms } = await timed(request)
  for (let tried = 1; tried < TRIES && answer.statusCode === 503; tried++) {
    await eventually(() => api.deps.health.assertReachable())
    ;({ answer, ms } = await timed(request))
  }
  const { statusCode, rawPayload, headers, body } = answer
  // Metrics have series for each route and status: as many as the program has, whatever is sent.
  const largest = request.url.startsWith('/metrics') ? 4 * LARGEST : LARGEST
  const faults = Object.entries({
    [`${statusCode}`]: statusCode >= 500,
    [`${rawPayload.length} bytes`]: rawPayload.length > largest,
    "the validator's own words": statusCode >= 400 && OF_VALIDATOR.test(body),
    'another request id': headers['x-request-id'] !== request.headers['x-request-id'],
  }).filter(([, isSo]) => isSo)
  const told = `${request.method} ${request.url} ${(request.payload ?? '').slice(0, 300)} → ${body.slice(0, 200)}`
  return { statusCode, isSlow: ms > SLOWEST_MS, faults: faults.map(([fault]) => `${fault}: ${told}`) }
}

/** The machine may have been busy, and then most requests were slow; what is slow by itself is slow each time, alone too. */
async function slowByThemselves(slow: readonly MadeRequest[]): Promise<string[]> {
  let left = [...slow]
  for (let tried = 0; tried < TRIES && left.length > 0; tried++) {
    const again: MadeRequest[] = []
    for (const [at, request] of left.entries()) {
      if (at % RENEW_EVERY === 0) await renew()
      if ((await timed(request)).ms > SLOWEST_MS) again.push(request)
    }
    left = again
  }
  return left.map(({ method, url }) => `${method} ${url}`)
}

describe('whatever is sent', () => {
  it(`is answered with a status below 500, soon, briefly, and is one line in the log (seed ${SEED})`, async () => {
    await renew()
    const link = await api.call('POST', '/v1/rosters/gold/members/u-1/link', { days: 1 })
    const user = await api.call('POST', '/scim/v2/Users', { schemas: [], userName: 'ann@example.com' })
    const group = await api.call('POST', '/scim/v2/Groups', { displayName: 'Testers' })
    const known = {
      rosterId: 'gold',
      teamKeyId: 'acme',
      memberId: 'u-1',
      webhookId: 'crm',
      noticeId: 'ops',
      sourceId: 'shop',
      scimUserId: String(user.json().id),
      scimGroupId: String(group.json().id),
      groupId: String(group.json().id),
      token: new URL(String(link.json().url)).pathname.split('/').at(-1),
    }
    // Wrong passwords are answered late on purpose.
    const pages = [...pagesOf(api.app).filter((page) => page !== 'POST /login'), 'POST /nothing/{id}']
    expect(pages.length).toBeGreaterThan(60)
    const make = createRequestMaker(SEED, { document, pages, known })
    const faults: string[] = []
    const slow: MadeRequest[] = []
    const statuses = new Map<number, number>()
    for (let from = 0; from < REQUESTS && faults.length === 0; from += RENEW_EVERY) {
      await renew()
      const requests = Array.from({ length: Math.min(RENEW_EVERY, REQUESTS - from) }, (_, at) => make(from + at))
      await inParallel(requests, AT_ONCE, async (request) => {
        const judged = await judge(request)
        statuses.set(judged.statusCode, (statuses.get(judged.statusCode) ?? 0) + 1)
        faults.push(...judged.faults)
        if (judged.isSlow) slow.push(request)
      })
    }
    console.info(JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b))))
    expect(faults).toEqual([])
    expect(await slowByThemselves(slow)).toEqual([])
    // It reached what it is about, rather than being refused for nothing.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 50)
    await eventually(() => {
      const logged = new Set(
        api.logged.filter((line) => line.includes('request.done')).map((line) => JSON.parse(line).requestId as string),
      )
      const missing = Array.from({ length: REQUESTS }, (_, count) => `fuzz-${count}`).filter((id) => !logged.has(id))
      expect(missing).toEqual([])
    })
  }, 1_500_000)
})
