import { eventually, readScaledObject, startScaler, timePasses } from '@flightroster/core/testing'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createLedger, type Ledger } from './support/ledger.ts'
import type { ManagedProcess } from './support/process.ts'
import { startStack, type Stack } from './support/stack.ts'

const FILE = join(import.meta.dirname, '../deploy/kubernetes/components/keda/scaled-object.yaml')
const LANES = 300
const AT_ONCE = 10
/** Its five minutes of waiting become five seconds. */
const FASTER_BY = 60
/** Of lateness a worker: more than a full machine makes of a lane now and then, less than 300 lanes make of one worker. */
const THRESHOLD_SECONDS = 1
const MOST = 4
const WAIT = { timeoutMs: 180_000, everyMs: 250 }

interface Lane {
  name: string
  group: string
  ledger: Ledger
}

async function addLane({ api, emulator }: Stack, name: string): Promise<Lane> {
  const { issuerId, keyId, privateKeyPem } = emulator.addKey()
  const app = emulator.addApp({ bundleId: `com.acme.${name}`, name, issuerId })
  const group = emulator.addGroup(app.id, { name: 'Beta' })
  emulator.addBuild(app.id, { version: '1', groups: [group.id] })
  await api.must('PUT', `/v1/team-keys/${name}`, { issuerId, keyId, privateKey: privateKeyPem }, 201)
  await api.must('PUT', `/v1/rosters/${name}`, { teamKey: name, app: { id: app.id }, group: { id: group.id } }, 201)
  return { name, group: group.id, ledger: createLedger(1, name) }
}

/** As one caller does who sends as many requests at once as are worked at together. */
async function tenAtOnce<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
    }),
  )
}

async function addLanes(stack: Stack): Promise<Lane[]> {
  const lanes: Lane[] = []
  const names = Array.from({ length: LANES }, (_, at) => `lane-${at}`)
  await tenAtOnce(names, async (name) => void lanes.push(await addLane(stack, name)))
  return lanes
}

/** What KEDA asks Prometheus for, from where Prometheus has it. */
async function latenessOf({ api }: Stack): Promise<number> {
  const answer = await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${api.token}` } })
  const value = /^flightroster_lane_lateness_seconds (\S+)$/m.exec(await answer.text())?.[1]
  if (value === undefined) throw new Error('/metrics does not tell the lateness of lanes.')
  return Number(value)
}

it('has workers come and go by the rule of the ScaledObject, and no call of theirs is lost or made twice', async () => {
  await using stack = await startStack({
    isEmpty: true,
    workers: 0,
    emulator: { latencyMs: 200 },
    env: { WORKER_CONCURRENCY: '4', RATE_LIMIT_PER_MINUTE: '1000000' },
  })
  const lanes = await addLanes(stack)
  const rule = {
    ...readScaledObject(parse(readFileSync(FILE, 'utf8')), FASTER_BY),
    least: 1,
    most: MOST,
    threshold: THRESHOLD_SECONDS,
  }
  const running = [stack.startWorker()]
  const scaler = startScaler<ManagedProcess>({
    rule,
    everyMs: 250,
    running,
    figure: () => latenessOf(stack),
    start: () => stack.startWorker(),
    stop: (worker) => worker.stop('SIGTERM'),
  })
  // All lanes are due at once: more than one worker keeps up with.
  await tenAtOnce(lanes, ({ name, ledger }) => ledger.post(stack.api, ledger.joins(1, `${name}-first`)))
  await eventually(() => expect(scaler.history.map(({ count }) => count)).toContain(MOST), WAIT)
  // Some work all the time while workers go away, so that each is told to end with something in its hands.
  for (let at = 0; running.length > 1; at++) {
    const { name, ledger } = lanes[at % LANES]!
    if (at > 3 * LANES) throw new Error(`Workers stay: ${JSON.stringify(scaler.history.slice(-5))}`)
    await ledger.post(stack.api, ledger.joins(1, `${name}-later-${at}`))
    await timePasses(250)
  }
  await scaler.close()
  for (const { group, ledger } of lanes) await eventually(() => ledger.expectGroup(stack.emulator, group), WAIT)
  const ended = stack.workers.filter((worker) => !worker.running())
  expect(ended.length).toBeGreaterThanOrEqual(MOST - 1)
  expect(ended.map(({ child }) => child.exitCode)).toEqual(ended.map(() => 0))
  const created = stack.emulator
    .calls()
    .filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters')
    .map(({ body }) => (body as { data: { attributes: { email: string } } }).data.attributes.email)
  expect(created.filter((email, at) => created.indexOf(email) !== at)).toEqual([])
  lanes[0]?.ledger.expectOneMailEach(stack.emulator)
  expect(stack.emulator.violations()).toEqual([])
})
