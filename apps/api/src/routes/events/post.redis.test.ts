import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
})

const event = (overrides: Record<string, unknown> = {}, member: Record<string, unknown> = {}) => ({
  type: 'member.joined',
  data: { roster: 'gold', member: { id: 'u-17', email: 'ann@example.com', ...member } },
  ...overrides,
})
const cloud = (id: string) => ({ specversion: '1.0', id, source: '/members', ...event() })
const post = (body: unknown, type = 'application/json', headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/events', body, { 'content-type': type, ...headers })
const desired = async (member: string) => (await api.store.members('acme', 'gold').find(member))?.desired

describe('POST /v1/events', () => {
  it('records one event in each of the three media types', async () => {
    expect((await post(event())).statusCode).toBe(202)
    expect((await post(cloud('e1'), 'application/cloudevents+json')).statusCode).toBe(202)
    const batch = await post([cloud('e2'), cloud('e3')], 'application/cloudevents-batch+json; charset=UTF-8')
    expect(batch.json()).toMatchObject({ accepted: 2, duplicate: 0, stale: 0, rejected: 0 })
    expect(await desired('u-17')).toMatchObject({ present: true, email: 'ann@example.com', version: 4 })
  })

  it('gives an event that is sent 50 times at once one effect', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(cloud('e1'))))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
    expect(answers.filter((answer) => answer.json().accepted === 1)).toHaveLength(1)
    expect(await desired('u-17')).toMatchObject({ version: 1 })
  })

  it('answers each event in the order sent, and lets the good ones land beside the bad', async () => {
    const answer = await post([
      event({ id: 'a' }),
      event({ id: 'b' }, { email: 'nobody' }),
      event({ id: 'c', type: 'member.exploded' }),
      event({ id: 'd' }, { emial: 'x@example.com' }),
      event({ id: 'e', data: { roster: 'none', member: { id: 'u' } } }),
      event({ id: 'f' }, { id: '' }),
      event({ id: 'g', time: 'yesterday' }),
      event({ id: 'h', time: new Date(Date.now() + 11 * 60_000).toISOString() }),
      'i',
      event({ id: 'a' }),
      event({ id: 'k', time: '2001-01-01T00:00:00+02:00' }),
    ])
    expect(answer.statusCode).toBe(202)
    const { events, ...counts } = answer.json()
    expect(counts).toEqual({ accepted: 1, duplicate: 1, stale: 1, rejected: 8 })
    expect(
      events.map((one: { id: string; status: string; problem: { code: string } | null }) => [
        one.id,
        one.status,
        one.problem?.code,
      ]),
    ).toEqual([
      ['a', 'accepted', undefined],
      ['b', 'rejected', 'address_invalid'],
      ['c', 'rejected', 'event_type_unknown'],
      ['d', 'rejected', 'event_invalid'],
      ['e', 'rejected', 'roster_not_found'],
      ['f', 'rejected', 'member_id_invalid'],
      ['g', 'rejected', 'event_invalid'],
      ['h', 'rejected', 'time_in_future'],
      [null, 'rejected', 'event_invalid'],
      ['a', 'duplicate', undefined],
      ['k', 'stale', undefined],
    ])
    expect(events[3].problem).toMatchObject({
      detail: '/data/member/emial: There is no such field.',
      action: expect.any(String),
    })
  })

  it('answers 422 with every result where no event could be used', async () => {
    const answer = await post([event({}, { email: 'x' }), event({ type: 'x' })])
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json()).toMatchObject({ code: 'no_usable_event', status: 422, rejected: 2, accepted: 0 })
    expect(answer.json().events).toHaveLength(2)
  })

  it('takes 1,000 events and refuses 1,001 as a whole', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) =>
      event({ id: `e${at}` }, { id: `u-${at}`, email: `u${at}@example.com` }),
    )
    expect((await post(many)).json()).toMatchObject({ accepted: 1_000 })
    const refused = await post([...many, event()])
    expect(refused.statusCode).toBe(413)
    expect(refused.json().code).toBe('batch_too_large')
  })

  it('needs id, source and specversion where a CloudEvents media type is named', async () => {
    const answer = await post(event(), 'application/cloudevents+json')
    expect(answer.statusCode).toBe(422)
    expect(answer.json().events[0].problem.detail).toBe('/specversion: This is required.')
  })

  it('lets CloudEvents extension attributes through', async () => {
    expect(
      (await post({ ...cloud('x'), traceparent: '00-a-b-01', datacontenttype: 'application/json' })).statusCode,
    ).toBe(202)
  })

  it('counts an Idempotency-Key as the id of a single event, and refuses it with a batch', async () => {
    const key = { 'idempotency-key': 'k-1' }
    expect((await post(event(), 'application/json', key)).json()).toMatchObject({
      accepted: 1,
      events: [{ id: 'k-1' }],
    })
    expect((await post(event(), 'application/json', key)).json()).toMatchObject({ duplicate: 1 })
    expect((await post([event()], 'application/json', key)).statusCode).toBe(400)
  })

  it('refuses an Idempotency-Key that came with another event before, of the same caller', async () => {
    const key = { 'idempotency-key': 'k-2' }
    expect((await post(event({}, { email: 'nobody' }), 'application/json', key)).statusCode).toBe(422)
    expect((await post(event(), 'application/json', key)).json()).toMatchObject({ accepted: 1 })
    const other = await post(event({}, { email: 'bea@example.com' }), 'application/json', key)
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency_key_reused'])
    expect(await desired('u-17')).toMatchObject({ email: 'ann@example.com' })
    const made = await api.call('POST', '/v1/tokens', { name: 'b', scopes: ['events:write'], rosters: null })
    const elsewhere = await api.call('POST', '/v1/events', event({}, { email: 'bea@example.com' }), {
      ...key,
      authorization: `Bearer ${made.json().token}`,
    })
    expect(elsewhere.json()).toMatchObject({ accepted: 1 })
  })

  it('frees an Idempotency-Key whose event was not recorded', async () => {
    const key = { 'idempotency-key': 'k-3' }
    const lost = { ...event(), data: { roster: 'none', member: { id: 'u-1' } } }
    expect((await post(lost, 'application/json', key)).statusCode).toBe(422)
    expect((await post(event(), 'application/json', key)).json()).toMatchObject({ accepted: 1 })
  })

  it('keeps what an event leaves out, and clears what it says is null', async () => {
    await post(event({}, { firstName: 'Ann', lastName: 'Lee' }))
    await post({ type: 'member.updated', data: { roster: 'gold', member: { id: 'u-17', lastName: null } } })
    expect(await desired('u-17')).toMatchObject({ email: 'ann@example.com', firstName: 'Ann', lastName: null })
    const cleared = { id: 'u-17', email: null }
    await post([
      { type: 'member.updated', data: { roster: 'gold', member: { id: 'u-17', firstName: 'Änne' } } },
      { type: 'member.updated', data: { roster: 'gold', member: cleared } },
      { type: 'member.updated', data: { roster: 'gold', member: { id: 'u-17', lastName: 'Øst' } } },
    ])
    expect(await desired('u-17')).toMatchObject({ email: null, firstName: 'Änne', lastName: 'Øst' })
    await post({ type: 'member.left', data: { roster: 'gold', member: { id: 'u-17' } } })
    await post({ type: 'member.joined', data: { roster: 'gold', member: { id: 'u-17', email: 'new@example.com' } } })
    expect(await desired('u-17')).toMatchObject({ email: 'new@example.com', firstName: 'Änne', lastName: 'Øst' })
  })

  it('takes the same source and id on another roster for another event', async () => {
    await api.addRoster({ id: 'silver', group: { id: 'group-2', name: 'Silver' } })
    const on = (roster: string) => ({ ...cloud('e1'), data: { roster, member: { id: 'u-1', email: 'a@example.com' } } })
    expect((await post(on('gold'))).json()).toMatchObject({ accepted: 1 })
    expect((await post(on('silver'))).json()).toMatchObject({ accepted: 1 })
    expect((await post(on('silver'))).json()).toMatchObject({ duplicate: 1 })
  })

  it.each(['', ' ', 'now', '2026-01-01', '2026-01-01T00:00:00'])(
    'rejects an event whose time is "%s"',
    async (time) => {
      expect((await post(event({ time }))).json().events[0].problem).toMatchObject({ code: 'event_invalid' })
    },
  )

  it('counts a time that is null as none', async () => {
    expect((await post(event({ time: null }))).json()).toMatchObject({ accepted: 1 })
  })

  describe('in binary mode', () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'evt%201',
      'ce-source': '/members',
      'ce-type': 'member.joined',
      'ce-time': '2026-11-24T10:00:00Z',
      'ce-traceparent': 'x',
    }
    const { data } = event()

    it('takes the attributes of the headers and the body as data', async () => {
      const answer = await post(data, 'application/json', headers)
      expect(answer.json()).toMatchObject({ accepted: 1, events: [{ id: 'evt 1', roster: 'gold', member: 'u-17' }] })
      expect((await post(data, 'application/json', headers)).json()).toMatchObject({ duplicate: 1 })
      expect(await desired('u-17')).toMatchObject({ time: Date.parse('2026-11-24T10:00:00Z') })
    })

    it('names what is missing or wrong', async () => {
      const { 'ce-source': _source, ...rest } = headers
      const missing = await post(data, 'application/json', rest)
      expect(missing.json().events[0].problem).toMatchObject({ detail: '/source: This is required.' })
      const wrong = await post({ ...data, emial: 1 }, 'application/json', headers)
      expect(wrong.json().events[0].problem).toMatchObject({ detail: '/data/emial: There is no such field.' })
      const twice = '{"roster":"gold","member":{"id":"u-1","id":"u-2"}}'
      const answer = await post(twice, 'application/json', headers)
      expect(answer.json().events[0].problem.detail).toContain('/data/member/id')
    })
  })

  it('answers the handshake of web hooks without a token', async () => {
    const ask = (headers: Record<string, string>) => api.app.inject({ method: 'OPTIONS', url: '/v1/events', headers })
    const answer = await ask({ 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': '120' })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventemitter.example.com',
      'webhook-allowed-rate': expect.stringMatching(/^\d+$/),
      allow: 'OPTIONS, POST',
    })
    expect((await ask({})).headers).not.toHaveProperty('webhook-allowed-origin')
  })

  it('takes an event without an address, and keeps what was known when somebody leaves', async () => {
    expect((await post(event({}, { email: null }))).json()).toMatchObject({ accepted: 1 })
    expect(await desired('u-17')).toMatchObject({ email: null, present: true })
    await post(event())
    await post({ type: 'member.left', data: { roster: 'gold', member: { id: 'u-17' } } })
    expect(await desired('u-17')).toMatchObject({ email: 'ann@example.com', present: false })
  })

  it.each(['a:b', 'with space', '👩‍🚀', '__proto__', 'constructor', '17', 'a/b', 'ü'.repeat(128)])(
    'keeps the member id %s as it is',
    async (id) => {
      expect((await post(event({}, { id }))).statusCode).toBe(202)
      const read = await api.call('GET', `/v1/rosters/gold/members/${encodeURIComponent(id)}`)
      expect([read.statusCode, read.json().id]).toEqual([200, id])
    },
  )

  it.each(['', 'x'.repeat(257), 'ü'.repeat(129), 'a\u0000b', 'a\nb', '\ud800'])(
    'rejects a member id that is not valid',
    async (id) => {
      const answer = await post(event({}, { id }))
      expect([answer.statusCode, answer.json().events[0].problem.code]).toEqual([422, 'member_id_invalid'])
    },
  )

  it.each([
    ['id', '{"id":"e-\\ud800","type":"member.left","data":{"roster":"gold","member":{"id":"u-1"}}}'],
    ['source', '{"id":"e","source":"\\udc00","type":"member.left","data":{"roster":"gold","member":{"id":"u-1"}}}'],
    ['type', '{"id":"e","type":"\\ud800","data":{"roster":"gold","member":{"id":"u-1"}}}'],
    ['extra', '{"id":"e","type":"member.left","data":{"roster":"\\ud800","\\ud801":1,"member":{"id":"u-1"}}}'],
  ])('rejects an event whose %s holds half of a letter, in an answer that every reader takes', async (_, item) => {
    const answer = await post(`[${item},${item.replace('\\ud800', '\\ud801')}]`)
    expect([answer.statusCode, answer.json().rejected]).toEqual([422, 2])
    expect(answer.body).not.toMatch(/\\ud/i)
  })

  it('rejects only the item in which a field occurs twice or is named __proto__', async () => {
    const good = JSON.stringify(event({ id: 'good' }))
    const twice = '{"type":"member.joined","data":{"roster":"gold","member":{"id":"u-1","id":"u-2"}}}'
    const proto = '{"type":"member.joined","data":{"roster":"gold","__proto__":{"x":1},"member":{"id":"u-3"}}}'
    const answer = await post(`[${good},${twice},${proto}]`)
    expect(answer.json()).toMatchObject({ accepted: 1, rejected: 2 })
    expect(answer.json().events[1].problem.detail).toBe('/data/member/id: Duplicate field.')
    expect(await desired('u-2')).toBeUndefined()
    expect(await desired('u-3')).toBeUndefined()
  })

  it.each([
    ['{"type":', 'application/json', 400],
    ['', 'application/json', 400],
    ['{}', 'text/plain', 415],
    ['{}', 'application/json; charset=utf-16', 415],
    ['[]', 'application/cloudevents+json', 400],
    ['{}', 'application/cloudevents-batch+json', 400],
    ['{}', 'application/xml', 415],
  ])('refuses the body %s as %s with %i', async (body, type, status) => {
    const answer = await post(body, type)
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  it('compares times as instants, whatever their offset', async () => {
    await post(event({ time: '2026-01-01T12:00:00.0009+02:00' }))
    expect((await post(event({ time: '2026-01-01T09:59:59.999Z' }))).json()).toMatchObject({ stale: 1 })
    expect((await post(event({ time: '2026-01-01T10:00:00Z' }))).json()).toMatchObject({ accepted: 1 })
  })

  it('no line of the log holds the address of an event', async () => {
    await post(event({}, { email: 'planted@example.com' }))
    await post('{"type": planted@example.com')
    expect(api.logged.join('')).not.toContain('planted')
  })
})
