import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog } from './log.ts'
import { openTracing } from './tracing.ts'

const log = createLog({ level: 'silent', name: 'test' })

interface Sent {
  path: string | undefined
  token: string | undefined
  resource: Record<string, string>
  spans: number
}

/** Makes a span under these variables; what a collector gets of it. */
async function trace(env: Record<string, string>): Promise<Sent[]> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const sent: Sent[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { resourceSpans } = JSON.parse(await text(request))
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
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const tracing = await openTracing({ url: `http://127.0.0.1:${port}/v1/traces`, service: 'flightroster-api', log })
  tracing.start?.('POST /v1/events', { kind: 'server' }).end()
  await tracing.close()
  server.close()
  server.closeAllConnections()
  return sent
}

afterEach(() => vi.unstubAllEnvs())

describe('the variables of OpenTelemetry', () => {
  it('need not be set: a span says which of our processes it is of', async () => {
    expect(await trace({})).toEqual([
      { path: '/v1/traces', token: undefined, resource: { 'service.name': 'flightroster-api' }, spans: 1 },
    ])
  })

  it('name the service, add to the resource, and give the collector its token', async () => {
    const [sent] = await trace({
      OTEL_SERVICE_NAME: 'rosters',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=staging,service.name=other',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=secret',
    })
    expect(sent).toMatchObject({
      token: 'secret',
      resource: { 'service.name': 'rosters', 'deployment.environment': 'staging' },
    })
  })

  it('say which spans are kept', async () => {
    expect(await trace({ OTEL_TRACES_SAMPLER: 'always_off' })).toEqual([])
  })
})
