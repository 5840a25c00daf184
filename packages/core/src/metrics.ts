import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Labels hold ids of team keys, routes and codes: never a member, an address or a token. */
export interface Metrics {
  registry: Registry
  httpDuration: Histogram<'method' | 'route' | 'status'>
  events: Counter<'status'>
  appleCalls: Counter<'team_key' | 'status'>
  converged: Counter<'outcome'>
  storeUsable: Gauge
  /** The text of /metrics. */
  text(): Promise<string>
  contentType: string
}

const HTTP_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** Process metrics (memory, descriptors, event loop) only where `process` is true: they start a timer. */
export function createMetrics(options: { process: boolean }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.process) collectDefaultMetrics({ register: registry, prefix: 'flightroster_' })
  return {
    registry,
    httpDuration: new Histogram({
      name: 'flightroster_http_request_duration_seconds',
      help: 'Requests by method, route pattern and status',
      labelNames: ['method', 'route', 'status'],
      buckets: HTTP_SECONDS,
      registers,
    }),
    events: new Counter({
      name: 'flightroster_events_total',
      help: 'Membership events by what became of them at intake',
      labelNames: ['status'],
      registers,
    }),
    appleCalls: new Counter({
      name: 'flightroster_apple_calls_total',
      help: 'Calls to App Store Connect by team key and answer',
      labelNames: ['team_key', 'status'],
      registers,
    }),
    converged: new Counter({
      name: 'flightroster_converged_total',
      help: 'Attempts to converge a member, by how they ended',
      labelNames: ['outcome'],
      registers,
    }),
    storeUsable: new Gauge({
      name: 'flightroster_store_usable',
      help: '1 while the store answers and takes writes',
      registers,
    }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
