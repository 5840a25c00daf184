import { eventually, freePort } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Member } from './support/api.ts'
import { startCollector, type Collector } from './support/collector.ts'
import { startStack, type Stack } from './support/stack.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const CREATE = 'POST /v1/betaTesters'

const traced = (endpoint: string) =>
  startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' } })

const joined = (id: string, email: string) => ({
  type: 'member.joined',
  data: { roster: 'gold', member: { id, email } },
})

const becomes = (stack: Stack, id: string, status: string) =>
  eventually(
    async () => {
      const { body } = await stack.api.get<Member>(`/v1/rosters/gold/members/${id}`)
      expect(body.status).toBe(status)
    },
    { everyMs: 100 },
  )

/** The newest span of the name that `is` fits, once it has come. */
const span = (collector: Collector, name: string, is: (one: Collector['spans'][number]) => boolean = () => true) =>
  eventually(() => {
    const found = collector.spans.findLast((one) => one.name === name && is(one))
    if (!found) throw new Error(`No span "${name}" among ${collector.spans.map((one) => one.name).join(', ')}`)
    return found
  })

/** Takes connections and answers nothing. */
async function startSilent() {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await Promise.resolve()
    },
  }
}

// Each has a stack and a collector of its own.
describe.concurrent('traces', () => {
  it('lead from the request over the turn to the call, on the trace of the caller', async () => {
    await using collector = await startCollector()
    await using stack = await traced(collector.url)
    const response = await fetch(`${stack.api.url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stack.api.token}`,
        'content-type': 'application/json',
        traceparent: `00-${TRACE}-${CALLER}-01`,
      },
      body: JSON.stringify(joined('member-4711', 'ann.secret@example.com')),
    })
    expect(response.status).toBe(202)
    await becomes(stack, 'member-4711', 'invited')

    const request = await span(collector, 'POST /v1/events')
    expect(request).toMatchObject({ service: 'flightroster-api', kind: 2, traceId: TRACE, parentSpanId: CALLER })
    expect(request.attributes).toMatchObject({ 'http.route': '/v1/events', 'http.response.status_code': 202 })
    const create = await span(collector, CREATE)
    const turn = await span(collector, 'converge', ({ spanId }) => spanId === create.parentSpanId)
    expect(turn).toMatchObject({ service: 'flightroster-worker', kind: 5, traceId: TRACE, isError: false })
    expect(turn.parentSpanId).toBe(request.spanId)
    expect(turn.attributes).toEqual({
      'flightroster.roster': 'gold',
      'flightroster.ref': expect.any(String),
      'flightroster.attempt': 1,
      'flightroster.ending': 'done',
      'flightroster.status': 'invited',
    })
    expect(create).toMatchObject({ kind: 3, traceId: TRACE, isError: false })
    expect(create.attributes).toEqual({
      'http.request.method': 'POST',
      'url.template': '/v1/betaTesters',
      'http.response.status_code': 201,
      'flightroster.members': 1,
    })
    expect(create.durationMs).toBeGreaterThan(0)

    // A caller without a trace begins one; a path that names the member is told as its pattern.
    await stack.api.must('DELETE', '/v1/rosters/gold/members/member-4711', undefined, 202)
    await becomes(stack, 'member-4711', 'removed')
    const removal = await span(collector, 'DELETE /v1/rosters/:rosterId/members/:memberId')
    expect(removal.parentSpanId).toBeUndefined()
    expect(removal.traceId).not.toBe(TRACE)
    await span(collector, 'converge', ({ parentSpanId }) => parentSpanId === removal.spanId)
    const body = { email: 'ann.secret@example.com' }
    await stack.api.must('PUT', '/v1/rosters/gold/members/member-4711', body, 202)
    await becomes(stack, 'member-4711', 'invited')
    const put = await span(collector, 'PUT /v1/rosters/:rosterId/members/:memberId')
    await span(collector, 'converge', ({ parentSpanId }) => parentSpanId === put.spanId)

    const redis = new Redis(stack.redis.url)
    expect(await redis.keys('*:traces')).toEqual([])
    redis.disconnect()
    expect(collector.raw.join()).not.toMatch(/member-4711|ann\.secret|example\.com/)
  })

  it("show Apple's refusal, and what one call did for many", async () => {
    await using collector = await startCollector()
    await using stack = await traced(collector.url)
    const people = ['u-1', 'u-2', 'u-3', 'u-4'].map((id) => joined(id, `${id}@example.com`))
    await stack.api.must('POST', '/v1/events', people, 202)
    for (const id of ['u-1', 'u-4']) await becomes(stack, id, 'invited')
    const request = await span(collector, 'POST /v1/events')
    const lookUp = await span(collector, 'GET /v1/betaTesters', ({ links }) => links.length > 0)
    expect(lookUp.traceId).toBe(request.traceId)
    expect(lookUp.attributes['flightroster.members']).toBe(lookUp.links.length + 1)
    const first = await span(collector, 'converge', ({ spanId }) => spanId === lookUp.parentSpanId)
    expect(first.parentSpanId).toBe(request.spanId)
    for (const { spanId } of lookUp.links) await span(collector, 'converge', (one) => one.spanId === spanId)

    stack.emulator.failNext({ kind: 'status', status: 500, match: { method: 'POST' } })
    await stack.api.must('POST', '/v1/events', joined('u-9', 'u-9@example.com'), 202)
    const refused = await span(collector, CREATE, ({ isError }) => isError)
    expect(refused.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': expect.any(String) })
    await becomes(stack, 'u-9', 'invited')
    const second = await span(collector, 'converge', (one) => one.attributes['flightroster.attempt'] === 2)
    expect(second.traceId).toBe(refused.traceId)
  })

  it('are sent before a worker ends', async () => {
    await using collector = await startCollector()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '600000' }
    await using stack = await startStack({ env })
    await stack.api.must('POST', '/v1/events', joined('ann', 'ann@example.com'), 202)
    await becomes(stack, 'ann', 'invited')
    expect(collector.spans).toEqual([])
    expect(await stack.workers[0]?.stop()).toBe(0)
    await stack.killApi('SIGTERM')
    const names = new Set(collector.spans.map(({ name }) => name))
    expect([...names].toSorted()).toEqual([CREATE, 'POST /v1/events', 'converge'])
  })

  it.each(['away', 'silent'])('hold nothing up while the collector is %s, and fill no log', async (how) => {
    const port = await freePort()
    await using silent = await startSilent()
    await using stack = await traced(`http://127.0.0.1:${how === 'away' ? port : silent.port}`)
    for (const id of ['a', 'b', 'c']) {
      await stack.api.must('POST', '/v1/events', joined(id, `${id}@example.com`), 202)
      await becomes(stack, id, 'invited')
    }
    await eventually(() => expect(stack.output()).toContain('tracing.lost'))
    expect(await stack.workers[0]?.stop()).toBe(0)
    // One of each process at most.
    expect(stack.output().match(/tracing\.lost/g)?.length).toBeLessThanOrEqual(2)
  })

  it('hold up no end, though a collector that answers nothing may take ten minutes', async () => {
    await using silent = await startSilent()
    const patience = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000' }
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silent.port}`, ...patience }
    await using stack = await startStack({ env })
    await stack.api.must('POST', '/v1/events', joined('a', 'a@example.com'), 202)
    await becomes(stack, 'a', 'invited')
    expect(await stack.workers[0]?.stop()).toBe(0)
    expect(stack.output()).toContain('process.ended')
    expect(stack.output()).not.toContain('process.late')
  })

  it('cost nothing where nobody wants them', async () => {
    await using stack = await startStack()
    const redis = new Redis(stack.redis.url)
    const monitor = await redis.monitor()
    const commands: string[] = []
    monitor.on('monitor', (_time: string, words: string[]) => void commands.push(words.join(' ')))
    await stack.api.must('POST', '/v1/events', joined('ann', 'ann@example.com'), 202)
    await becomes(stack, 'ann', 'invited')
    monitor.disconnect()
    redis.disconnect()
    expect(commands.filter((command) => command.includes('outbox')).length).toBeGreaterThan(0)
    expect(commands.filter((command) => command.includes(':traces'))).toEqual([])
  })
})
