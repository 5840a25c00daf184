import { eventually, freePort, spawnTied } from '@flightroster/core/testing'
import { startEmulator } from '@flightroster/emulator'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
const HOME = join(ROOT, 'deploy/kubernetes')

interface Probe {
  httpGet?: { path: string; port: string }
  exec?: { command: string[] }
}
interface Container {
  name: string
  command: string[]
  env: { name: string; value: string }[]
  ports: { name: string; containerPort: number }[]
  readinessProbe: Probe
  livenessProbe?: Probe
}

function containerOf(file: string): Container {
  const documents = parseAllDocuments(readFileSync(join(HOME, file), 'utf8')).map(
    (one) => one.toJS() as { spec?: { template?: { spec: { containers: Container[] } } } },
  )
  const [container] = documents.flatMap((one) => one.spec?.template?.spec.containers ?? [])
  if (!container) throw new Error(`There is no container in ${file}`)
  return container
}

// What differs from a cluster: the folder of the secrets, Redis's folder and port, and the ports, which are free ones.
it('starts by the commands of the pods as they stand, and is unready, not dead, while Redis is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flightroster-pods-'))
  const redisPort = await freePort()
  const apple = await startEmulator({ seed: {} })
  const secrets: Record<string, string> = {
    'redis-password': 'a-password',
    'redis-url': `redis://:a-password@127.0.0.1:${redisPort}`,
    'encryption-key': randomBytes(32).toString('base64'),
    'admin-token': randomBytes(24).toString('hex'),
  }
  for (const [name, value] of Object.entries(secrets)) writeFileSync(join(folder, name), `${value}\n`)
  const run = (container: Container, more: Record<string, string>, words: (command: string[]) => string[]) => {
    const env = Object.fromEntries(
      container.env.map(({ name, value }) => [name, value.replace('/secrets', folder).replace('0.0.0.0', '127.0.0.1')]),
    )
    const [program = '', ...args] = words(container.command)
    return spawnTied(program, args, {
      env: { PATH: process.env['PATH'] ?? '', ...env, ...more },
      output: 'ignore',
    })
  }
  const stop = async (child: ReturnType<typeof spawnTied>, signal: NodeJS.Signals) => {
    const ended = once(child, 'exit')
    child.kill(signal)
    return (await ended)[0] as number | null
  }

  const redis = containerOf('overlays/single-redis/redis.yaml')
  const startRedis = () => run(redis, { REDIS_DIR: folder, REDIS_PORT: String(redisPort) }, (command) => command)
  let store = startRedis()
  const api = containerOf('base/api.yaml')
  const worker = containerOf('base/worker.yaml')
  const ports = { api: { http: await freePort(), metrics: await freePort() }, worker: { metrics: await freePort() } }
  const inRoot = (command: string[]) => command.map((word) => word.replace(/^apps\//, `${ROOT}/apps/`))
  const settings = { APP_STORE_CONNECT_URL: apple.url, LOG_LEVEL: 'warn' }
  const apiProcess = run(
    api,
    { ...settings, PORT: String(ports.api.http), METRICS_PORT: String(ports.api.metrics) },
    inRoot,
  )
  const workerProcess = run(worker, { ...settings, WORKER_PORT: String(ports.worker.metrics) }, inRoot)

  const statusOf = async (probe: Probe | undefined, at: Record<string, number>) => {
    const { path, port } = probe?.httpGet ?? { path: '', port: '' }
    return (await fetch(`http://127.0.0.1:${at[port]}${path}`)).status
  }
  const both = async (kind: 'readinessProbe' | 'livenessProbe') => [
    await statusOf(api[kind], ports.api),
    await statusOf(worker[kind], ports.worker),
  ]
  const become = (statuses: number[]) => eventually(async () => expect(await both('readinessProbe')).toEqual(statuses))
  await become([200, 200])
  for (const { at, port } of [
    { at: ports.api, port: 'metrics' },
    { at: ports.worker, port: 'metrics' },
  ] as const) {
    expect(await (await fetch(`http://127.0.0.1:${at[port]}/metrics`)).text()).toContain('flightroster_store_usable')
  }

  await stop(store, 'SIGTERM')
  await become([503, 503])
  expect(await both('livenessProbe')).toEqual([200, 200])
  store = startRedis()
  await become([200, 200])

  expect(await Promise.all([stop(apiProcess, 'SIGTERM'), stop(workerProcess, 'SIGTERM')])).toEqual([0, 0])
  await stop(store, 'SIGTERM')
  await apple.close()
  rmSync(folder, { recursive: true, force: true })
})
