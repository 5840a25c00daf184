import { randomBytes } from 'node:crypto'
import { eventually, freePort, startRedis, type TestRedis, type TestRedisOptions } from '@flightroster/core/testing'
import { startEmulator, type Emulator, type EmulatorOptions } from '@flightroster/emulator'
import { Redis } from 'ioredis'
import { createApi, type Api } from './api.ts'
import { startProgram, type ManagedProcess } from './process.ts'

export interface StackOptions {
  workers?: number
  emulator?: EmulatorOptions
  /** How its Redis is started, or one that runs. */
  redis?: TestRedisOptions | TestRedis
  /** False: the group has nothing to install. */
  build?: boolean
  /** Further settings of the roster. */
  roster?: Record<string, unknown>
  /** Further environment of API and workers. */
  env?: Record<string, string>
  /** True: no team key and no roster are put. */
  isEmpty?: boolean
  /** Another checkout whose API and workers are started. */
  programs?: string
}

/** The product as a user runs it: real Redis, API and workers as processes, and the emulator in Apple's place. */
export interface Stack {
  redis: TestRedis
  emulator: Emulator
  api: Api
  /** Ids of what the emulator was seeded with, and of the roster that was made. */
  group: string
  app: string
  /** What the team key is put with. */
  key: Record<string, string>
  startApi(): Promise<void>
  /** One more API process, of another checkout, on a port of its own. */
  startOtherApi(programs: string): Promise<Api>
  killApi(signal?: NodeJS.Signals): Promise<void>
  /** What runs of API and workers. */
  running(): { api: ManagedProcess[]; worker: ManagedProcess[] }
  /** Ends API and workers, and starts as many with other settings. */
  restartWith(env: Record<string, string>): Promise<void>
  startWorker(env?: Record<string, string>, programs?: string): ManagedProcess
  workers: ManagedProcess[]
  /** As after a failover that lost it: a hint only, so nothing may depend on it. */
  flushReadyIndex(): Promise<void>
  /** What all processes have printed. */
  output(): string
  [Symbol.asyncDispose](): Promise<void>
}

const BUNDLE_ID = 'com.acme.app'

let starting: Promise<unknown> = Promise.resolve()

/** Those of one file start one after the other: a start keeps a processor busy, so that many at once would all come late. */
export function startStack(options: StackOptions = {}): Promise<Stack> {
  const started = starting.then(() => start(options))
  starting = started.catch(() => {})
  return started
}

async function start(options: StackOptions): Promise<Stack> {
  const given = options.redis ?? {}
  const redis = 'url' in given ? given : await startRedis({ appendFsync: 'always', ...given })
  const emulator = await startEmulator({ seed: {}, ...options.emulator })
  const seeded = seed(emulator, options.build ?? true)
  const port = await freePort()
  const adminToken = options.env?.['ADMIN_TOKEN'] ?? `test-${randomBytes(12).toString('hex')}`
  const env: Record<string, string> = {
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    APP_STORE_CONNECT_URL: emulator.url,
    ADMIN_TOKEN: adminToken,
    LOG_LEVEL: 'info',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...options.env,
  }
  const all: ManagedProcess[] = []
  const workers: ManagedProcess[] = []
  let apiProcess: ManagedProcess | undefined
  const api = createApi(`http://127.0.0.1:${port}`, adminToken)

  const stack: Stack = {
    redis,
    emulator,
    api,
    group: seeded.group,
    app: seeded.app,
    key: seeded.key,
    workers,
    async startApi() {
      apiProcess = startProgram('api', { ...env, PORT: String(port) }, options.programs)
      all.push(apiProcess)
      await isReady(api, apiProcess)
    },
    async startOtherApi(programs) {
      const otherPort = await freePort()
      const other = startProgram('api', { ...env, PORT: String(otherPort) }, programs)
      all.push(other)
      const otherApi = createApi(`http://127.0.0.1:${otherPort}`, adminToken)
      await isReady(otherApi, other)
      return otherApi
    },
    async killApi(signal = 'SIGKILL') {
      await apiProcess?.stop(signal)
    },
    running: () => ({
      api: apiProcess?.running() ? [apiProcess] : [],
      worker: workers.filter((worker) => worker.running()),
    }),
    async restartWith(changed) {
      const ending = [...(apiProcess ? [apiProcess] : []), ...workers]
      await Promise.all(ending.map((process) => process.stop('SIGTERM')))
      Object.assign(env, changed)
      const count = workers.splice(0).length
      await stack.startApi()
      for (let at = 0; at < count; at++) stack.startWorker()
    },
    startWorker(extra = {}, programs = options.programs) {
      const worker = startProgram('worker', { ...env, ...extra }, programs)
      workers.push(worker)
      all.push(worker)
      return worker
    },
    async flushReadyIndex() {
      const client = new Redis(redis.url)
      const keys = await client.keys('fr:ready:*')
      if (keys.length > 0) await client.del(...keys)
      client.disconnect()
    },
    output: () => all.map((process) => process.output()).join('\n'),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((process) => process.stop('SIGKILL')))
      await emulator.close()
      await redis.close()
    },
  }
  await stack.startApi()
  if (!options.isEmpty) {
    await api.must('PUT', '/v1/team-keys/acme', seeded.key, 201)
    const roster = { teamKey: 'acme', app: { bundleId: BUNDLE_ID }, group: { id: seeded.group }, ...options.roster }
    await api.must('PUT', '/v1/rosters/gold', roster, 201)
  }
  for (let count = 0; count < (options.workers ?? 1); count++) stack.startWorker()
  return stack
}

const isReady = (api: Api, process: ManagedProcess) =>
  eventually(
    async () => {
      const { status } = await api.get('/readyz')
      if (status !== 200) throw new Error(`The API is not ready: ${status}\n${process.output().slice(-1_000)}`)
    },
    { timeoutMs: 120_000 },
  )

/** One app with an internal group, an external one and an approved build, and a key that may do everything. */
function seed(emulator: Emulator, build: boolean): { app: string; group: string; key: Record<string, string> } {
  const { issuerId, keyId, privateKeyPem } = emulator.addKey()
  const app = emulator.addApp({ bundleId: BUNDLE_ID, name: 'Acme', issuerId })
  emulator.addGroup(app.id, { name: 'Team', isInternalGroup: true })
  const group = emulator.addGroup(app.id, { name: 'Beta – Gold' })
  if (build) emulator.addBuild(app.id, { version: '1', groups: [group.id] })
  return { app: app.id, group: group.id, key: { issuerId, keyId, privateKey: privateKeyPem } }
}
