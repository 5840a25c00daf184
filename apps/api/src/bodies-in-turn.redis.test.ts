import { timePasses } from '@flightroster/core/testing'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { serveApi, type TestApi } from '../testing/serve.ts'

let api: TestApi
let port: number

beforeAll(async () => {
  api = await serveApi({ publicUrl: undefined, trustProxy: '127.0.0.1' })
  await api.addRoster()
  await api.addRoster({ id: 'silver', group: { id: 'group-silver', name: 'silver' } })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

describe('large bodies of one sender', () => {
  const tokenOf = async (name: string, roster = 'gold') => {
    const made = await api.call('POST', '/v1/tokens', { name, scopes: ['events:write'], rosters: [roster] })
    return `Bearer ${made.json().token}`
  }
  /** So many bytes of a batch, and the rest never comes. */
  const begin = (authorization: string, bytes: number) => {
    const headers = { authorization, 'content-type': 'application/json', 'content-length': String(bytes) }
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/v1/events', headers, agent: false })
    sent.on('error', () => {})
    sent.write('[')
    return sent
  }
  const batch = (name: string, roster = 'gold') =>
    Array.from({ length: 1_000 }, (_, at) => ({
      type: 'member.left',
      data: { roster, member: { id: `${name}-${at}-${'x'.repeat(60)}` } },
    }))
  const post = async (authorization: string, events: unknown) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers,
      body: JSON.stringify(events),
    })
    return [answer.status, Number(answer.headers.get('retry-after')) > 0]
  }

  it('wait for each other, and let those of others and all small ones pass', async () => {
    const [slow, beside, other] = [await tokenOf('slow'), await tokenOf('beside'), await tokenOf('other', 'silver')]
    const held = [begin(slow, 4_190_000), begin(slow, 4_190_000)]
    await timePasses(500)
    let isDone = false
    // Another token that is bound to the same rosters is the same sender.
    const waiting = post(beside, batch('slow')).then((answer) => {
      isDone = true
      return answer
    })
    expect(await post(other, batch('other', 'silver'))).toEqual([202, false])
    expect(await post(slow, batch('small').slice(0, 1))).toEqual([202, false])
    expect(isDone).toBe(false)
    for (const one of held) one.destroy()
    expect(await waiting).toEqual([202, false])
  })

  it('are refused with when to come again where too many wait, and wherever they wait too long', async () => {
    const [slow, other] = [await tokenOf('slower'), await tokenOf('another', 'silver')]
    const held = [begin(slow, 4_190_000), begin(slow, 4_190_000)]
    await timePasses(500)
    const waiting = Array.from({ length: 40 }, () => post(slow, batch('slow')))
    const first = await Promise.race(waiting)
    expect(first).toEqual([429, true])
    expect(await post(other, batch('other', 'silver'))).toEqual([202, false])
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => [429, true]))
    for (const one of held) one.destroy()
    await expect.poll(() => post(slow, batch('again')), { timeout: 60_000 }).toEqual([202, false])
  })

  it('are those of one site where nobody has a token, however many networks of IPv6 it has', async () => {
    const toSource = (address: string, bytes: number) => {
      const headers = {
        'x-forwarded-for': address,
        'content-type': 'application/json',
        'content-length': String(bytes),
      }
      const path = '/v1/sources/none/receive'
      const sent = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false })
      sent.on('error', () => {})
      sent.write('[')
      return sent
    }
    const whole = async (address: string) => {
      const sent = toSource(address, 200_000)
      sent.end(' '.repeat(199_999))
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      return answer.statusCode
    }
    const held = [toSource('2001:db8:1:1::1', 1_000_000), toSource('2001:db8:1:2::1', 1_000_000)]
    await timePasses(500)
    let isDone = false
    const waiting = whole('2001:db8:1:3::1').finally(() => (isDone = true))
    expect(await whole('2001:db8:2:1::1')).toBe(404)
    expect(isDone).toBe(false)
    for (const one of held) one.destroy()
    expect(await waiting).toBe(404)
  })
})

describe('a list', () => {
  /** A list whose rest never comes, once it has its turn: at first it may be told to come again itself. */
  const slow = async (roster: string, authorization: string): Promise<ClientRequest> => {
    const headers = { 'content-type': 'text/csv', 'content-length': '100', authorization }
    const options = { host: '127.0.0.1', port, method: 'PUT', path: `/v1/rosters/${roster}/members`, headers }
    for (;;) {
      const sent = request({ ...options, agent: false })
      sent.on('error', () => {})
      sent.write('id,email\n')
      const answered = once(sent, 'response').then(() => true)
      if (!(await Promise.race([answered, timePasses(1_000).then(() => false)]))) return sent
      sent.destroy()
    }
  }
  const put = (roster: string) => api.call('PUT', `/v1/rosters/${roster}/members`, { members: [] })

  it('has its turn: one a roster, two a process, and the others are told when to come again', async () => {
    const admin = `Bearer ${api.deps.adminToken}`
    for (const id of ['one', 'two', 'three']) await api.addRoster({ id, group: { id: `group-${id}`, name: id } })
    const first = await slow('one', admin)
    const busy = async (roster: string) => {
      const answer = await put(roster)
      return [answer.statusCode, answer.json().code, Number(answer.headers['retry-after']) > 0]
    }
    await expect.poll(() => busy('one'), { timeout: 60_000 }).toEqual([429, 'rate_limited', true])
    expect((await put('two')).statusCode).toBe(202)
    const second = await slow('two', admin)
    await expect.poll(() => busy('three'), { timeout: 60_000 }).toEqual([429, 'rate_limited', true])
    first.destroy()
    second.destroy()
    await expect.poll(async () => (await put('one')).statusCode, { timeout: 60_000 }).toBe(202)
    await expect.poll(async () => (await put('three')).statusCode, { timeout: 60_000 }).toBe(202)
  })

  it('takes one of both turns at most for a token that is bound to rosters', async () => {
    const made = await api.call('POST', '/v1/tokens', {
      name: 'slow',
      scopes: ['rosters:write'],
      rosters: ['one', 'two'],
    })
    const bound = `Bearer ${made.json().token}`
    const first = await slow('one', bound)
    const second = async () =>
      (await api.call('PUT', '/v1/rosters/two/members', { members: [] }, { authorization: bound })).statusCode
    await expect.poll(second, { timeout: 60_000 }).toBe(429)
    expect((await put('three')).statusCode).toBe(202)
    first.destroy()
    await expect.poll(second, { timeout: 60_000 }).toBe(202)
  })

  it('gives way to one of another team key where its sender is slow, however many tokens send so', async () => {
    const admin = `Bearer ${api.deps.adminToken}`
    const far = { id: 'far', teamKey: 'far', group: { id: 'group-far', name: 'far' } }
    const near = { id: 'near', teamKey: 'near', group: { id: 'group-near', name: 'near' } }
    for (const roster of [far, near]) await api.addRoster(roster)
    const held = [await slow('one', admin), await slow('far', admin)]
    const told = held.map(async (sent) => (await once(sent, 'response')) as [IncomingMessage])
    const answer = await put('near')
    expect([answer.statusCode, answer.body]).toEqual([202, answer.body])
    const [lost] = await Promise.race(told)
    expect([lost.statusCode, Number(lost.headers['retry-after']) > 0]).toEqual([429, true])
    for (const sent of held) sent.destroy()
    await expect.poll(async () => (await put('far')).statusCode, { timeout: 60_000 }).toBe(202)
  })
})
