import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../testing/index.ts'
import { createLog } from './log.ts'
import { openTracing } from './tracing.ts'

const log = createLog({ level: 'silent', name: 'test' })

interface Sent {
  path: string | undefined
  token: string | undefined
  resource: Record<string, string>
  spans: number
  links: number
  encoding: string | undefined
}

/** Makes a span under these variables; what a collector gets of it. `links`: spans that led to it. */
async function trace(env: Record<string, string>, { parent, links = 0 }: { parent?: string; links?: number } = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const sent: Sent[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
    const { resourceSpans } = JSON.parse(await text(body))
    const [{ resource, scopeSpans }] = resourceSpans
    sent.push({
      path: request.url,
      token: request.headers['x-token']?.toString(),
      resource: Object.fromEntries(
        resource.attributes.map(({ key, value }: { key: string; value: { stringValue: string } }) => [
          key,
          value.stringValue,
        ]),
      ),
      spans: scopeSpans[0].spans.length,
      links: scopeSpans[0].spans[0].links.length,
      encoding: request.headers['content-encoding'],
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const tracing = await openTracing({ url: `http://127.0.0.1:${port}/v1/traces`, service: 'flightroster-api', log })
  const others = Array.from({ length: links }, () => tracing.start!('converge', { kind: 'consumer' }))
  tracing.start?.('POST /v1/events', { kind: 'server', parent, links: others }).end()
  await tracing.close()
  server.close()
  server.closeAllConnections()
  return sent
}

afterEach(() => vi.unstubAllEnvs())

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const OURS = /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$/

/** The traceparent of a span with this parent. */
async function carryOn(parent: string | undefined, kind: 'server' | 'consumer' = 'server', lines: string[] = []) {
  const log = createLog({ level: 'warn', name: 'test' }, { write: (line: string) => void lines.push(line) })
  const tracing = await openTracing({ url: 'http://127.0.0.1:9/v1/traces', service: 'test', log })
  const [, traceId, spanId, flags] = OURS.exec(tracing.start!('span', { kind, parent }).traceparent) ?? []
  return { traceId, spanId, flags }
}

describe('a traceparent', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, '01'],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, '00'],
    ['with flags that only a later version knows', `00-${TRACE}-${SPAN}-ff`, '01'],
    ['of a later version', `01-${TRACE}-${SPAN}-01`, '01'],
    ['of a later version that says more', `cc-${TRACE}-${SPAN}-01-what-else`, '01'],
  ])('%s is carried on', async (_, parent, flags) => {
    const ours = await carryOn(parent)
    expect(ours).toMatchObject({ traceId: TRACE, flags })
    expect(ours.spanId).not.toBe(SPAN)
  })

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['two in one header', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['more than the first version says', `00-${TRACE}-${SPAN}-01-more`],
    ['the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a trace that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a later version that runs on', `01-${TRACE}-${SPAN}-01more`],
  ])('begins with us where the caller sends %s', async (_, parent) => {
    const ours = await carryOn(parent)
    expect(ours).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), flags: '01' })
    expect(ours.traceId?.toLowerCase()).not.toBe(TRACE)
  })
})

describe('the variables of OpenTelemetry', () => {
  it('need not be set: a span says which of our processes it is of', async () => {
    expect(await trace({}, { links: 1 })).toEqual([
      {
        path: '/v1/traces',
        token: undefined,
        resource: { 'service.name': 'flightroster-api' },
        spans: 1,
        links: 1,
        encoding: undefined,
      },
    ])
  })

  it('name the service, add to the resource, and give the collector its token', async () => {
    const [sent] = await trace({
      OTEL_SERVICE_NAME: 'rosters',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=staging,service.name=other',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=other',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-token=secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    })
    expect(sent).toMatchObject({
      token: 'secret',
      resource: { 'service.name': 'rosters', 'deployment.environment': 'staging' },
      encoding: 'gzip',
    })
  })

  it.each([
    ['always_off', '', '01', 0],
    ['always_on', '', '00', 1],
    ['traceidratio', '0', '01', 0],
    ['traceidratio', '1', '00', 1],
    ['parentbased_always_off', '', '01', 1],
    ['parentbased_traceidratio', '0', '01', 1],
    ['parentbased_always_on', '', '00', 0],
  ])('say which spans are kept: %s %s, of a caller with the flags %s', async (sampler, argument, flags, kept) => {
    const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }
    expect(await trace(env, { parent: `00-${TRACE}-${SPAN}-${flags}` })).toHaveLength(kept)
  })

  it('bound what a span holds: 200 links unless they say otherwise', async () => {
    expect(await trace({}, { links: 201 })).toMatchObject([{ links: 200 }])
    expect(await trace({ OTEL_SPAN_LINK_COUNT_LIMIT: '3' }, { links: 201 })).toMatchObject([{ links: 3 }])
  })

  it.each([
    ['', TRACE, 0],
    ['tracecontext,baggage', TRACE, 0],
    ['none', undefined, 0],
    ['baggage', undefined, 0],
    ['b3,tracecontext', TRACE, 1],
    ['b3', undefined, 1],
  ])('say whether a caller is heard: OTEL_PROPAGATORS=%s', async (propagators, traceId, warnings) => {
    vi.stubEnv('OTEL_PROPAGATORS', propagators)
    const lines: string[] = []
    const heard = await carryOn(`00-${TRACE}-${SPAN}-01`, 'server', lines)
    expect(heard.traceId === TRACE).toBe(traceId === TRACE)
    expect(lines.filter((line) => line.includes('tracing.unsupported'))).toHaveLength(warnings)
    // What the API handed to a worker is no matter of callers.
    expect((await carryOn(`00-${TRACE}-${SPAN}-01`, 'consumer')).traceId).toBe(TRACE)
  })

  it.each([
    ['grpc', 1],
    ['http/protobuf', 0],
    ['http/json', 0],
  ])('ask for a protocol: %s', async (protocol, warnings) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', protocol)
    const lines: string[] = []
    await carryOn(undefined, 'server', lines)
    expect(lines.filter((line) => line.includes('OTEL_EXPORTER_OTLP_PROTOCOL'))).toHaveLength(warnings)
  })

  it.each(['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'])(
    'say how long a collector may take: %s',
    async (variable) => {
      const server = createServer(() => {}).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1/traces`
      const lost: string[] = []
      const begin = async (name: string) => {
        const told = createLog({ level: 'warn', name }, { write: () => void lost.push(name) })
        const tracing = await openTracing({ url, service: name, log: told })
        tracing.start!('span', { kind: 'server' }).end()
        return tracing
      }
      vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '1')
      const usual = await begin('usual')
      vi.stubEnv(variable, '20')
      const short = await begin('short')
      // The one that began later gives up first.
      await eventually(() => expect(lost).not.toEqual([]))
      expect(lost[0]).toBe('short')
      server.closeAllConnections()
      server.close()
      await Promise.all([usual.close(), short.close()])
    },
  )
})
