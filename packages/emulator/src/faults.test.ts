import { describe, expect, it } from 'vitest'
import { newTester, startRig } from '../testing/client.ts'
import type { Reply, Rig } from '../testing/client.ts'

const statuses = async (rig: Rig, count: number, path = '/v1/apps'): Promise<number[]> => {
  const seen: number[] = []
  for (let i = 0; i < count; i += 1) seen.push((await rig.call('GET', path)).status)
  return seen
}
const create = (rig: Rig, email = 'ada@example.com'): Promise<Reply> =>
  rig.call('POST', '/v1/betaTesters', newTester(email, rig.groupId))

describe('scripted faults', () => {
  it('answers one call with a status, without effect, and then goes on', async () => {
    await using rig = await startRig()
    const rule = rig.emulator.failNext({ kind: 'status', status: 500 })
    const reply = await create(rig)
    expect([reply.status, reply.body.errors[0].code]).toEqual([500, 'UNEXPECTED_ERROR'])
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
    expect((await create(rig)).status).toBe(201)
    expect(rule.hits).toBe(1)
  })

  it('can apply a write first and fail then', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'status', status: 500, when: 'after' })
    expect((await create(rig)).status).toBe(500)
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual(['ada@example.com'])
  })

  it('takes its own headers, code and body', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '86400', 'x-rate-limit': 'user-hour-lim:9;user-hour-rem:8;' },
    })
    const first = await rig.call('GET', '/v1/apps')
    expect([first.status, first.headers.get('retry-after'), first.headers.get('x-rate-limit')]).toEqual([
      429,
      '86400',
      'user-hour-lim:9;user-hour-rem:8;',
    ])
    rig.emulator.failNext({ kind: 'status', status: 409, code: 'STATE_ERROR.ODD' })
    expect((await rig.call('GET', '/v1/apps')).body.errors[0].code).toBe('STATE_ERROR.ODD')
    rig.emulator.failNext({ kind: 'status', status: 403, body: { errors: [{ code: 'FORBIDDEN_ERROR' }] } })
    expect((await rig.call('GET', '/v1/apps')).body).toEqual({ errors: [{ code: 'FORBIDDEN_ERROR' }] })
  })

  it('matches by method, path, pattern, key and count', async () => {
    await using rig = await startRig()
    const path = `/v1/betaGroups/${rig.groupId}`
    rig.emulator.failNext({ kind: 'status', match: { method: 'post' } })
    rig.emulator.failNext({ kind: 'status', match: { path: '/v1/betaGroups/{id}' } })
    expect(await statuses(rig, 2, path)).toEqual([500, 200])
    rig.emulator.failNext({ kind: 'status', match: { path: /betaTesters$/ } })
    expect(await statuses(rig, 1, `${path}/betaTesters`)).toEqual([500])
    rig.emulator.failNext({ kind: 'status', match: { path: '/v1/apps', nth: 2 } })
    expect(await statuses(rig, 3)).toEqual([200, 500, 200])
    rig.emulator.failNext({ kind: 'status', match: { keyId: 'ANOTHERKEY' } })
    expect(await statuses(rig, 1)).toEqual([200])
  })

  it('stays in force for a time or without end, until taken back', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'status', status: 503, forMs: 3_600_000 })
    expect(await statuses(rig, 2)).toEqual([503, 503])
    rig.clock.time += 3_600_000
    expect(await statuses(rig, 1)).toEqual([200])
    const rule = rig.emulator.failNext({ kind: 'status', status: 502, times: Infinity })
    expect(await statuses(rig, 3)).toEqual([502, 502, 502])
    rig.emulator.clearFaults(rule.id)
    expect(await statuses(rig, 1)).toEqual([200])
  })

  it('hits by a probability that repeats with its seed', async () => {
    const run = async (): Promise<number[]> => {
      await using rig = await startRig({ randomSeed: 7 })
      rig.emulator.failNext({ kind: 'status', status: 401, match: { probability: 0.3 } })
      return await statuses(rig, 40)
    }
    const [first, second] = [await run(), await run()]
    expect(first).toEqual(second)
    expect(new Set(first)).toEqual(new Set([200, 401]))
  })

  it.each([
    ['before', []],
    ['after', ['ada@example.com']],
  ] as const)('drops the connection without an answer, %s the write', async (when, members) => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'drop', when })
    await expect(create(rig)).rejects.toThrow()
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual(members)
    expect(rig.emulator.calls().map(({ fault, status }) => [fault, status])).toEqual([
      ['drop', when === 'before' ? 0 : 201],
    ])
  })

  it('resets the connection in the middle of an answer', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'reset-mid' })
    await expect(create(rig)).rejects.toThrow()
    expect(rig.emulator.groupMembers(rig.groupId)).toHaveLength(1)
  })

  it('a fault of latency has the emulator answer late', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'delay', delayMs: 80 })
    const started = performance.now()
    expect((await rig.call('GET', '/v1/apps')).status).toBe(200)
    expect(performance.now() - started).toBeGreaterThan(75)
  })

  it('holds a call back without carrying it out when told so', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'delay', when: 'before', delayMs: 20 })
    await create(rig)
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
  })

  it('closes at once although an answer is still held back', async () => {
    const rig = await startRig()
    rig.emulator.failNext({ kind: 'delay', delayMs: 70_000 })
    const pending = rig.call('GET', '/v1/apps').catch(() => 'cut off')
    while (rig.emulator.calls().length === 0) await new Promise(setImmediate)
    await rig.emulator.close()
    expect(await pending).toBe('cut off')
  })

  it('drips its answer byte by byte', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'drip', delayMs: 1 })
    const started = performance.now()
    const reply = await rig.call('GET', '/v1/apps?fields[apps]=bundleId')
    expect(reply.body.data).toHaveLength(1)
    expect(performance.now() - started).toBeGreaterThan(reply.text.length)
  })

  it('cuts an answer short in good order', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'truncated' })
    const reply = await rig.call('GET', '/v1/apps')
    expect([reply.status, reply.body, reply.text.startsWith('{"data"')]).toEqual([200, undefined, true])
  })

  it('answers with something that is not JSON, or a page', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'garbage' })
    expect(await rig.call('GET', '/v1/apps')).toMatchObject({ status: 200, body: undefined })
    rig.emulator.failNext({ kind: 'html' })
    const page = await rig.call('GET', '/v1/apps')
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html'])
  })

  it('answers a write it did not carry out as if it had, in the wrong shape', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'wrong-shape', status: 201 })
    expect(await create(rig)).toMatchObject({ status: 201, body: { result: ['ok'] } })
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
  })

  it('streams 50 MB', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'huge' })
    const answer = await fetch(`${rig.emulator.url}/v1/apps`)
    let bytes = 0
    for await (const chunk of answer.body ?? []) bytes += chunk.length
    expect(bytes).toBeGreaterThan(50_000_000)
  })

  it('leaves the quota header out', async () => {
    await using rig = await startRig()
    rig.emulator.failNext({ kind: 'no-rate-header' })
    const reply = await rig.call('GET', '/v1/apps')
    expect([reply.status, reply.headers.get('x-rate-limit')]).toEqual([200, null])
  })

  it.each([
    ['empty-list', 0, 0],
    ['short-list', 2, 2],
    ['repeat-rows', 5, 4],
  ] as const)('spoils a listing and leaves its total true: %s', async (kind, rows, distinct) => {
    await using rig = await startRig()
    rig.emulator.addTesters(
      rig.groupId,
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@example.com`),
    )
    rig.emulator.failNext({ kind })
    const { body } = await rig.call('GET', `/v1/betaGroups/${rig.groupId}/betaTesters?limit=5`)
    expect([body.data.length, new Set(body.data.map((row: any) => row.id)).size]).toEqual([rows, distinct])
    expect([body.meta.paging.total, body.links.next === undefined]).toEqual([6, kind !== 'repeat-rows'])
  })
})
