import type { AppleClient, Gate } from '@flightroster/app-store-connect'
import type { LaneStore } from './store/index.ts'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Labels hold ids of team keys, routes and codes: never a member, an address or a token. */
export interface Metrics {
  registry: Registry
  httpDuration: Histogram<'method' | 'route' | 'status'>
  events: Counter<'status'>
  /** By path template, answer (`none` for no answer). */
  appleCalls: Histogram<'method' | 'path' | 'status'>
  converged: Counter<'outcome'>
  /** Visits that did nothing, by why. */
  idleVisits: Counter<'reason'>
  recovered: Counter
  storeUsable: Gauge
  logins: Counter<'outcome'>
  /** Called before each reading, to set what is not counted as it happens. One that fails leaves its metrics as they were. */
  collectWith(collect: () => Promise<void>): void
  /** The text of /metrics. Those who ask while it is being read share one reading: nobody needs a token for it. */
  text(): Promise<string>
  contentType: string
}

const APPLE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]
const HTTP_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** Process metrics (memory, descriptors, event loop) only where `process` is true: they start a timer. */
export function createMetrics(options: { process: boolean }): Metrics {
  const registry = new Registry()
  let reading: Promise<string> | undefined
  const registers = [registry]
  const collectors: (() => Promise<void>)[] = []
  if (options.process) collectDefaultMetrics({ register: registry, prefix: 'flightroster_' })
  const read = async () => {
    await Promise.all(collectors.map((collect) => collect().catch(() => {})))
    return registry.metrics()
  }
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
    appleCalls: new Histogram({
      name: 'flightroster_apple_call_duration_seconds',
      help: 'Calls to App Store Connect by path template and answer',
      labelNames: ['method', 'path', 'status'],
      buckets: APPLE_SECONDS,
      registers,
    }),
    converged: new Counter({
      name: 'flightroster_converged_total',
      help: 'Attempts to converge a member, by how they ended: the status of a member that is settled, or later, parked, failed',
      labelNames: ['outcome'],
      registers,
    }),
    idleVisits: new Counter({
      name: 'flightroster_idle_visits_total',
      help: 'Visits to a lane that did nothing, by why: busy, paused, gone, resting, budget, or nothing that anybody foresaw',
      labelNames: ['reason'],
      registers,
    }),
    recovered: new Counter({
      name: 'flightroster_members_recovered_total',
      help: 'Members that were neither converged nor waiting anywhere, and were recorded again. Above 0: a bug in Flightroster',
      registers,
    }),
    storeUsable: new Gauge({
      name: 'flightroster_store_usable',
      help: '1 while the store answers and takes writes',
      registers,
    }),
    logins: new Counter({
      name: 'flightroster_logins_total',
      help: 'Attempts to log in to the pages, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    collectWith: (collect) => void collectors.push(collect),
    text: () => (reading ??= read().finally(() => (reading = undefined))),
    contentType: registry.contentType,
  }
}

/** Says at each reading whether this process can use its store: every process has one, and sees it for itself. */
export function measureStore(
  metrics: Pick<Metrics, 'collectWith' | 'storeUsable'>,
  health: { report(): { state: string } },
): void {
  metrics.collectWith(async () => metrics.storeUsable.set(health.report().state === 'usable' ? 1 : 0))
}

/** Counts and times every call that goes to Apple. */
export function measureCalls(apple: AppleClient, { appleCalls }: Pick<Metrics, 'appleCalls'>): AppleClient {
  const measured = (gate: Gate): Gate => ({
    admit: (call) => gate.admit(call),
    note(call) {
      const { method, path, status, durationMs } = call
      appleCalls.observe({ method, path, status: String(status ?? 'none') }, durationMs / 1000)
      return gate.note(call)
    },
  })
  return { ...apple, session: (credentials, gate, signal) => apple.session(credentials, measured(gate), signal) }
}

/** Counts how attempts end, as they are recorded, and whom the law of a lane had to be kept for. */
export function measureLane(
  lane: LaneStore,
  { converged, recovered }: Pick<Metrics, 'converged' | 'recovered'>,
): LaneStore {
  return {
    ...lane,
    async recordStranded(...those) {
      const count = await lane.recordStranded(...those)
      recovered.inc(count)
      return count
    },
    async recordOutcome(token, outcome) {
      const recorded = await lane.recordOutcome(token, outcome)
      const { ending, status } = outcome
      if (recorded !== 'lost' && recorded !== 'gone') converged.inc({ outcome: ending === 'done' ? status : ending })
      return recorded
    },
  }
}

/** What the API knows of all lanes together. */
export interface LaneMetrics {
  lanes: Gauge<'state'>
  backlog: Gauge
  oldestWaiting: Gauge
  lateLanes: Gauge
  lateness: Gauge
  heldPlans: Gauge
  budgetLeft: Gauge
  budgetLow: Gauge
  disabledWebhooks: Gauge
}

/** Apart from the others: a worker that registered them would tell 0 of what it does not know. */
export function createLaneMetrics({ registry }: Pick<Metrics, 'registry'>): LaneMetrics {
  const gauge = (name: string, help: string) => new Gauge({ name: `flightroster_${name}`, help, registers: [registry] })
  return {
    lanes: new Gauge({
      name: 'flightroster_lanes',
      help: 'Team keys by the state of their lane',
      labelNames: ['state'],
      registers: [registry],
    }),
    backlog: gauge('backlog', 'Changes recorded or queued over all lanes and not carried out yet'),
    oldestWaiting: gauge(
      'oldest_waiting_seconds',
      'Age of the oldest change that waits in a lane that is neither paused nor blocked; 0 where none waits',
    ),
    lateLanes: gauge('late_lanes', 'Lanes that are due and that no worker has taken up'),
    lateness: gauge(
      'lane_lateness_seconds',
      'How long the first of the lanes that are due has been waiting for a worker',
    ),
    heldPlans: gauge('held_plans', 'Plans whose removals wait for a person'),
    budgetLeft: gauge('budget_left_ratio', 'Share of its hour that the team key with the least quota has left'),
    budgetLow: gauge('budget_low_lanes', 'Team keys with less than a tenth of their hour left'),
    disabledWebhooks: gauge(
      'disabled_webhooks',
      'Webhooks that are sent nothing: they did not answer for days, or too many waited',
    ),
  }
}
