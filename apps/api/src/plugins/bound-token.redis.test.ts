import { createDeliveries, createReconciliations } from '@flightroster/core/store'
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FOREIGN, OWN, SECRET, startBoundWorld, type BoundWorld } from '../../testing/bound-world.ts'
import type { TestApi } from '../../testing/serve.ts'

let api: TestApi
let asBound: BoundWorld['asBound']

beforeAll(async () => {
  ;({ api, asBound } = await startBoundWorld())
})
afterAll(() => api.close())

describe('a token bound to one roster', () => {
  it('looks after the webhooks of its roster', async () => {
    const body = { url: 'https://hooks.example.com/y', types: ['member.*'], rosters: [OWN.roster] }
    const made = await asBound('PUT', '/v1/webhooks/second', body)
    expect([made.statusCode, made.json().secret]).toEqual([201, expect.stringMatching(/^whsec_/)])
    const listed = (await asBound('GET', '/v1/webhooks')).json().items
    expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual([OWN.webhook, 'second'].sort())
    expect((await asBound('POST', '/v1/webhooks/second/test')).statusCode).toBe(202)
    expect((await asBound('POST', '/v1/webhooks/second/rotate-secret')).statusCode).toBe(200)
    expect((await asBound('GET', '/v1/webhooks/second/deliveries')).json().items).toHaveLength(1)
    expect((await asBound('DELETE', '/v1/webhooks/second')).statusCode).toBe(204)
  })

  it('looks after the notices of its roster, and of no other', async () => {
    const body = { kind: 'slack', target: 'https://hooks.example.com/y', types: ['*'], rosters: [OWN.roster] }
    expect((await asBound('PUT', '/v1/notices/own', body)).statusCode).toBe(201)
    const listed = (await asBound('GET', '/v1/notices')).json().items
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(['own'])
    expect((await asBound('PUT', '/v1/notices/own', { ...body, rosters: null })).statusCode).toBe(403)
    expect((await asBound('PUT', '/v1/notices/own', { ...body, rosters: [FOREIGN[0]?.roster] })).statusCode).toBe(404)
    expect((await asBound('POST', '/v1/notices/own/test')).statusCode).toBe(202)
    expect((await asBound('DELETE', '/v1/notices/own')).statusCode).toBe(204)
  })

  it('looks after the sources of its roster, which reach no further', async () => {
    const body = { kind: 'stripe', secret: 'x', rosters: { price_1: OWN.roster } }
    expect((await asBound('PUT', '/v1/sources/shop', body)).statusCode).toBe(201)
    const wide = { ...body, rosters: { price_1: OWN.roster, '*': FOREIGN[0]?.roster } }
    expect((await asBound('PUT', '/v1/sources/shop', wide)).statusCode).toBe(404)
    const listed = (await asBound('GET', '/v1/sources')).json().items
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(['shop'])
    // An expression can name any roster: for this source, those of others are not there.
    const map = `{"type": "member.joined", "data": {"roster": "${FOREIGN[0]?.roster}", "member": {"id": "u-9"}}}`
    const generic = { kind: 'generic', secret: 'x', signature: { header: 'x-sig' }, map }
    expect((await asBound('PUT', '/v1/sources/any', generic)).statusCode).toBe(201)
    const payload = '{"a":1}'
    const answer = await api.call('POST', '/v1/sources/any/receive', payload, {
      'x-sig': createHmac('sha256', 'x').update(payload).digest('hex'),
    })
    expect(answer.json()).toEqual({ accepted: 0, ignored: 1 })
    expect((await asBound('DELETE', '/v1/sources/any')).statusCode).toBe(204)
    expect((await asBound('DELETE', '/v1/sources/shop')).statusCode).toBe(204)
  })

  it('takes over no source that was made for others between its look and its write', async () => {
    const others = { kind: 'stripe', secret: 'theirs', rosters: { '*': FOREIGN[0]?.roster } }
    expect((await api.call('PUT', '/v1/sources/taken', others)).statusCode).toBe(201)
    const looked = vi.spyOn(api.store.sources, 'list').mockResolvedValueOnce([])
    const own = { kind: 'stripe', secret: 'ours', rosters: { '*': OWN.roster } }
    const answer = await asBound('PUT', '/v1/sources/taken', own)
    looked.mockRestore()
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'conflict'])
    expect((await api.call('GET', '/v1/sources/taken')).json().rosters).toEqual(others.rosters)
    expect((await api.call('DELETE', '/v1/sources/taken')).statusCode).toBe(204)
  })

  it.each([
    ['webhooks', { url: 'https://hooks.example.com/y', types: ['*'], rosters: [FOREIGN[0]?.roster] }],
    ['notices', { kind: 'slack', target: 'https://hooks.example.com/y', types: ['*'], rosters: [FOREIGN[0]?.roster] }],
    ['sources', { kind: 'stripe', secret: 'x', rosters: { price_1: FOREIGN[0]?.roster } }],
  ] as const)('deletes none of %s that became others’ between its look and its write', async (kind, body) => {
    expect((await api.call('PUT', `/v1/${kind}/handed-on`, body)).statusCode).toBe(201)
    const register = api.store[kind] as { find(id: string): Promise<object | undefined> }
    const record = await register.find('handed-on')
    const own = kind === 'sources' ? { price_1: OWN.roster } : [OWN.roster]
    const looked = vi.spyOn(register, 'find').mockResolvedValueOnce({ ...record, rosters: own })
    await asBound('DELETE', `/v1/${kind}/handed-on`)
    expect(looked).toHaveBeenCalled()
    looked.mockRestore()
    expect((await api.call('GET', `/v1/${kind}/handed-on`)).statusCode).toBe(200)
    expect((await asBound('DELETE', `/v1/${kind}/handed-on`)).statusCode).toBe(404)
    expect((await api.call('DELETE', `/v1/${kind}/handed-on`)).statusCode).toBe(204)
  })

  it.each([
    ['webhooks', { url: 'https://93.184.216.34/y', types: ['*'], rosters: [OWN.roster] }],
    ['notices', { kind: 'slack', target: 'https://93.184.216.34/y', types: ['*'], rosters: [OWN.roster] }],
    ['sources', { kind: 'stripe', secret: 'x', rosters: { price_1: OWN.roster } }],
  ])('has at most 50 %s, however many it asks for at once, and others are not counted', async (kind, body) => {
    const put = async (id: string) => (await asBound('PUT', `/v1/${kind}/${id}`, body)).statusCode
    const ids = Array.from({ length: 60 }, (_, at) => `many-${at}`)
    const count = async () => (await asBound('GET', `/v1/${kind}?limit=1000`)).json().items.length as number
    await Promise.all(ids.map(put))
    for (const id of ids) if ((await put(id)) === 409) break
    expect(await count()).toBe(50)
    const more = await asBound('PUT', `/v1/${kind}/one-more`, body)
    expect([more.statusCode, more.json().code]).toEqual([409, 'limit_reached'])
    const listed = (await asBound('GET', `/v1/${kind}?limit=1000`)).json().items as { id: string }[]
    const [mine = ''] = listed.map(({ id }) => id).filter((id) => id.startsWith('many-'))
    expect(await put(mine)).toBe(200)
    expect((await api.call('PUT', `/v1/${kind}/of-admin`, body)).statusCode).toBe(201)
    expect((await asBound('DELETE', `/v1/${kind}/of-admin`)).statusCode).toBe(kind === 'sources' ? 404 : 204)
    for (const id of ids) await asBound('DELETE', `/v1/${kind}/${id}`)
    expect(await put('one-more')).toBe(201)
    expect((await asBound('DELETE', `/v1/${kind}/one-more`)).statusCode).toBe(204)
  })

  it('is told of no webhook for all rosters, and makes none', async () => {
    expect((await asBound('GET', `/v1/webhooks/${SECRET}-all`)).statusCode).toBe(404)
    const wide = { url: 'https://hooks.example.com/y', types: ['*'] }
    expect((await asBound('PUT', '/v1/webhooks/wide', wide)).statusCode).toBe(403)
    const mixed = { ...wide, rosters: [OWN.roster, FOREIGN[0]?.roster] }
    expect((await asBound('PUT', '/v1/webhooks/wide', mixed)).statusCode).toBe(404)
    expect((await api.call('GET', '/v1/webhooks/wide')).statusCode).toBe(404)
  })

  it('sees of a webhook that was for more rosters only what is about its own', async () => {
    const fact = (roster: string) => ({ type: 'roster.recovered' as const, roster, sequence: 1, problem: null, at: 1 })
    const add = (id: string, about: ReturnType<typeof fact>) => ({
      v: 1 as const,
      id,
      fact: about,
      subject: id,
      status: 'pending' as const,
      attempts: [],
      tries: 0,
      firstTryAt: null,
      createdAt: 1,
    })
    const foreign = FOREIGN[0]?.roster as string
    await createDeliveries(api.connection, OWN.webhook).add(
      [add('d-foreign', fact(foreign)), add('d-own', fact(OWN.roster))],
      Date.now(),
      Date.now(),
    )
    const { items } = (await asBound('GET', `/v1/webhooks/${OWN.webhook}/deliveries`)).json()
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['d-own'])
    const replay = (id: string) => asBound('POST', `/v1/webhooks/${OWN.webhook}/deliveries/${id}/replay`)
    expect([(await replay('d-foreign')).statusCode, (await replay('d-own')).statusCode]).toEqual([404, 202])
  })

  it('can neither make a roster, nor give its own another team key or group', async () => {
    const body = { teamKey: OWN.teamKey, app: { id: '1' }, group: { id: 'g-new' } }
    const made = await api.call('POST', '/v1/tokens', { name: 'x', scopes: ['admin'], rosters: ['fresh', OWN.roster] })
    const call = (roster: string, changes: object) =>
      api.call(
        'PUT',
        `/v1/rosters/${roster}`,
        { ...body, ...changes },
        { authorization: `Bearer ${made.json().token}` },
      )
    expect((await call('fresh', {})).statusCode).toBe(403)
    for (const teamKey of [`${SECRET}-key`, 'none-key']) {
      const moved = await call(OWN.roster, { teamKey })
      expect([moved.statusCode, moved.json().code]).toEqual([403, 'scope_missing'])
    }
    expect((await call(OWN.roster, {})).json().code).toBe('roster_bound')
    const { app, group } = (await api.store.rosters.find(OWN.roster)) ?? {}
    const own = { app: { id: app?.id }, group: { id: group?.id } }
    for (const seats of [{ reserve: 1 }, { priority: 1 }]) {
      const taken = await call(OWN.roster, { ...own, seats })
      expect([taken.statusCode, taken.json().code]).toEqual([403, 'scope_missing'])
    }
  })

  it('is told of an id that another has that it is taken, and nothing else', async () => {
    const id = `${FOREIGN[0]?.roster}-hook`
    const url = 'https://hooks.example.com/y'
    const notice = { kind: 'slack', target: url, types: ['*'], rosters: [FOREIGN[0]?.roster] }
    expect((await api.call('PUT', `/v1/notices/${id}`, notice)).statusCode).toBe(201)
    const source = { kind: 'stripe', secret: 'x', rosters: { '*': FOREIGN[0]?.roster } }
    expect((await api.call('PUT', `/v1/sources/${id}`, source)).statusCode).toBe(201)
    for (const [path, body] of [
      ['webhooks', { url, types: ['member.*'], rosters: [OWN.roster] }],
      ['notices', { ...notice, rosters: [OWN.roster] }],
      ['sources', { ...source, rosters: { '*': OWN.roster } }],
    ] as const) {
      const answer = await asBound('PUT', `/v1/${path}/${id}`, body)
      expect([path, answer.statusCode, answer.json().detail]).toEqual([
        path,
        409,
        `The id "${id}" is taken: choose another one.`,
      ])
    }
  })

  it("can't have another's event taken for one that was there", async () => {
    const event = (roster: string) => ({
      specversion: '1.0',
      id: 'evt-1',
      source: '/members',
      type: 'member.joined',
      data: { roster, member: { id: 'victim', email: 'victim@example.com' } },
    })
    const post = (roster: string) => api.call('POST', '/v1/events', [event(roster)])
    expect((await asBound('POST', '/v1/events', [event(OWN.roster)])).json().accepted).toBe(1)
    const near = FOREIGN[0]?.roster as string
    expect((await post(near)).json()).toMatchObject({ accepted: 1, duplicate: 0 })
    expect((await post(near)).json()).toMatchObject({ accepted: 0, duplicate: 1 })
    expect((await createReconciliations(api.connection, OWN.teamKey).list(near, 1)).items).toHaveLength(1)
  })
})
