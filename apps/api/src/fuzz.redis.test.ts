import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { serveApiWithApple, type TestApiWithApple } from '../testing/apple.ts'
import { createRequestMaker, type MadeRequest } from '../testing/make-requests.ts'
import { pagesOf } from '../testing/pages-of.ts'
import { makeDashboard, visit, type Visitor } from '../testing/visitor.ts'

/** The whole document, and every page: `FUZZ_SEED=… FUZZ_REQUESTS=10000` repeats or goes on for longer. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3_000)
const SLOWEST_MS = 1_000
const LARGEST = 1024 * 1024
/** Things are deleted at random: what most requests are about is put there again. */
const RENEW_EVERY = 100

let api: TestApiWithApple
let ann: Visitor

beforeAll(async () => {
  api = await serveApiWithApple({}, { dashboard: await makeDashboard() })
  console.info(`FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS}`)
})
afterAll(() => api.close())

async function renew(): Promise<void> {
  // Who has logged out is let in again.
  ann = await visit(api.app, 'ann')
  await api.putTeamKey('acme')
  await api.addRoster({ id: 'gold' })
  await api.call('POST', '/v1/events', { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1' } } })
  const told = { types: ['*'], rosters: ['gold'] }
  await api.call('PUT', '/v1/webhooks/crm', { url: 'https://hooks.example.com/x', ...told })
  await api.call('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', ...told })
  await api.call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: 'x', rosters: { '*': 'gold' } })
}

function send(request: MadeRequest) {
  const { isPage, ...rest } = request
  if (isPage) return ann.send(rest)
  return api.app.inject({ ...rest, headers: { authorization: `Bearer ${api.deps.adminToken}`, ...rest.headers } })
}

async function timed(request: MadeRequest) {
  const begun = performance.now()
  const answer = await send(request)
  return { answer, ms: performance.now() - begun }
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
    const make = createRequestMaker(SEED, { document: api.app.swagger() as never, pages, known })
    const faults: string[] = []
    const statuses = new Map<number, number>()
    for (let count = 0; count < REQUESTS; count++) {
      if (count % RENEW_EVERY === 0) await renew()
      const request = make(count)
      const told = () => `${String(request.method)} ${request.url} ${(request.payload ?? '').slice(0, 300)}`
      let { answer, ms } = await timed(request)
      // The machine may have been busy; what is slow by itself is slow again.
      for (let again = 0; again < 3 && ms > SLOWEST_MS; again++) ({ answer, ms } = await timed(request))
      const { statusCode } = answer
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      if (statusCode >= 500 && statusCode !== 503) faults.push(`${statusCode}: ${told()} ${answer.body.slice(0, 200)}`)
      if (ms > SLOWEST_MS) faults.push(`${Math.round(ms)} ms: ${told()}`)
      // Metrics have series for each route and status: as many as the program has, whatever is sent.
      const largest = request.url.startsWith('/metrics') ? 4 * LARGEST : LARGEST
      if (answer.rawPayload.length > largest) faults.push(`${answer.rawPayload.length} bytes: ${told()}`)
      if (answer.headers['x-request-id'] !== `fuzz-${count}`) faults.push(`another request id: ${told()}`)
      if (faults.length > 5) break
    }
    console.info(JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b))))
    expect(faults).toEqual([])
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
