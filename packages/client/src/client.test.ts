import { describe, expect, it } from 'vitest'
import { createFlightroster, FlightrosterError, type Schemas } from './index.ts'

interface Sent {
  method: string
  url: string
  headers: Headers
  body: string
}

type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | Error

/** A client whose server gives these answers, one after the other, the last one for ever. */
function serve(replies: Reply[], retries?: number) {
  const sent: Sent[] = []
  const client = createFlightroster({
    url: 'https://beta.example.com/flightroster/',
    token: 'frt_1',
    ...(retries === undefined ? {} : { retries }),
    async fetch(request) {
      const { method, url, headers } = request
      sent.push({ method, url, headers, body: await request.text() })
      const reply = replies[Math.min(sent.length, replies.length) - 1] ?? { status: 500 }
      if (reply instanceof Error) throw reply
      const { body } = reply
      const isText = typeof body === 'string'
      return new Response(body === undefined ? null : isText ? body : JSON.stringify(body), {
        status: reply.status,
        headers: { 'content-type': isText ? 'text/csv' : 'application/json', ...reply.headers },
      })
    },
  })
  return { client, sent }
}

const RESULTS = { accepted: 1, duplicate: 0, stale: 0, rejected: 0, events: [] }
const SOON = { 'retry-after': '0' }
const joined = (id: string) => ({ type: 'member.joined', data: { roster: 'gold', member: { id } } })

const page = (items: unknown[], nextCursor: string | null) => ({ status: 200, body: { items, nextCursor } })

async function errorOf(promise: Promise<unknown>): Promise<FlightrosterError> {
  const error: unknown = await promise.then(
    () => new Error('Nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FlightrosterError)) throw error
  return error
}

describe('a call', () => {
  it('puts parameters into path and query, and its body into JSON, below the path of the server', async () => {
    const { client, sent } = serve([{ status: 200, body: { items: [], nextCursor: null } }])
    await client.listMembers({ rosterId: 'gold', status: 'failed', q: 'Ann & Co', limit: 5 })
    expect(sent[0]?.url).toBe(
      'https://beta.example.com/flightroster/v1/rosters/gold/members?status=failed&q=Ann%20%26%20Co&limit=5',
    )
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer frt_1')
    await client.putMember({ rosterId: 'gold', memberId: 'a/b c:🎟️', body: { email: null } })
    expect(sent[1]).toMatchObject({ method: 'PUT', body: '{"email":null}' })
    expect(sent[1]?.url.endsWith('/members/a%2Fb%20c%3A%F0%9F%8E%9F%EF%B8%8F')).toBe(true)
    expect(sent[1]?.headers.get('content-type')).toBe('application/json')
  })

  it('refuses an id that would name another resource before anything is sent', async () => {
    const { client, sent } = serve([{ status: 204 }])
    for (const memberId of ['', '.', '..']) {
      expect((await errorOf(client.deleteMember({ rosterId: 'gold', memberId }))).code).toBe('argument_invalid')
    }
    expect(sent).toEqual([])
  })

  it('sends a text as CSV, and gives CSV as text where it was asked for', async () => {
    const { client, sent } = serve([{ status: 200, body: 'id,email\n' }])
    await client.putMembers({ rosterId: 'gold', dryRun: true, body: 'id,email\nu-1,a@example.com\n' })
    expect(sent[0]).toMatchObject({ body: 'id,email\nu-1,a@example.com\n' })
    expect(sent[0]?.url.endsWith('?dryRun=true')).toBe(true)
    expect(sent[0]?.headers.get('content-type')).toBe('text/csv')
    const csv: string = await client.listMembers({ rosterId: 'gold' }, { accept: 'text/csv' })
    expect(csv).toBe('id,email\n')
    expect(sent[1]?.headers.get('accept')).toBe('text/csv')
  })

  it('answers undefined where there is no body', async () => {
    const { client } = serve([{ status: 204 }])
    expect(await client.deleteWebhook({ webhookId: 'crm' })).toBeUndefined()
  })

  it('a list is iterated over page by page to its end', async () => {
    const { client, sent } = serve([page([{ id: 'a' }, { id: 'b' }], 'c1'), page([], 'c2'), page([{ id: 'c' }], null)])
    const ids: string[] = []
    for await (const roster of client.all.listRosters()) ids.push((roster satisfies Schemas['Roster']).id)
    expect(ids).toEqual(['a', 'b', 'c'])
    expect(sent.map(({ url }) => new URL(url).search)).toEqual([
      '?limit=1000',
      '?limit=1000&cursor=c1',
      '?limit=1000&cursor=c2',
    ])
  })
})

describe('an error', () => {
  it('has what the problem says', async () => {
    const fault = { pointer: '/group', code: 'invalid', detail: 'Expected an object.' }
    const body = { code: 'request_invalid', title: 'T', detail: 'D.', action: 'A.', errors: [fault], requestId: 'r-1' }
    const { client } = serve([{ status: 400, body, headers: { 'content-type': 'application/problem+json' } }])
    const error = await errorOf(client.getRoster({ rosterId: 'gold' }))
    expect(error).toMatchObject({ status: 400, code: 'request_invalid', detail: 'D.', action: 'A.', requestId: 'r-1' })
    expect(error.errors).toEqual([fault])
  })

  it("has a code of its own where a proxy's page came, or something that is not JSON", async () => {
    const proxy = serve([{ status: 502, body: '<h1>Bad gateway</h1>', headers: { 'content-type': 'text/html' } }])
    expect(await errorOf(proxy.client.listRosters())).toMatchObject({ code: 'answer_not_understood', status: 502 })
    const torn = serve([{ status: 200, body: '{"items', headers: { 'content-type': 'application/json' } }])
    expect((await errorOf(torn.client.listRosters())).code).toBe('answer_not_understood')
  })
})

describe('sending again', () => {
  it.each([429, 503])('follows a %i, with the same ids', async (status) => {
    const { client, sent } = serve([
      { status, headers: SOON },
      { status, headers: SOON },
      { status: 202, body: RESULTS },
    ])
    const answer = await client.postEvents({ body: [joined('u-1'), { ...joined('u-2'), id: 'mine' }] })
    expect(answer.accepted).toBe(1)
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    const [first, second] = JSON.parse(sent[0]?.body ?? '') as { id: string }[]
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(second?.id).toBe('mine')
  })

  it('gives no id to an event that has a key in the header', async () => {
    const { client, sent } = serve([{ status: 202, body: RESULTS }])
    await client.postEvents({ body: joined('u-1') }, { headers: { 'Idempotency-Key': 'k' } })
    expect(JSON.parse(sent[0]?.body ?? '')).not.toHaveProperty('id')
  })

  it('follows a lost connection, where a repeat has no second effect', async () => {
    const lost = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    const events = serve([lost, { status: 202, body: RESULTS }])
    expect((await events.client.postEvents({ body: joined('u-1') })).accepted).toBe(1)
    const invitation = serve([lost, { status: 202, body: {} }])
    const error = await errorOf(invitation.client.inviteMember({ rosterId: 'gold', memberId: 'u-1' }))
    expect(error).toMatchObject({ code: 'unreachable', status: undefined })
    expect(error.detail).toContain('ECONNREFUSED')
    expect(invitation.sent).toHaveLength(1)
  })

  it('ends after as many tries as allowed, when the wait is too long, and for a new secret', async () => {
    const busy = { status: 503, body: { code: 'store_unavailable', detail: 'D.' }, headers: SOON }
    const tries = serve([busy], 2)
    expect((await errorOf(tries.client.listRosters())).code).toBe('store_unavailable')
    expect(tries.sent).toHaveLength(3)
    const tomorrow = serve([{ ...busy, headers: { 'retry-after': '86400' } }])
    expect((await errorOf(tomorrow.client.listRosters())).retryAfterSeconds).toBe(86_400)
    expect(tomorrow.sent).toHaveLength(1)
    const secret = serve([busy])
    await errorOf(secret.client.rotateWebhookSecret({ webhookId: 'crm' }))
    expect(secret.sent).toHaveLength(1)
  })

  it('ends at once when it is called off', async () => {
    const { client } = serve([{ status: 503, headers: { 'retry-after': '30' } }])
    const controller = new AbortController()
    const call = client.listRosters({}, { signal: controller.signal })
    controller.abort(new Error('called off'))
    await expect(call).rejects.toThrow(/called off/)
  })
})
