import { randomBytes } from 'node:crypto'
import { createLog } from '@flightroster/core/log'
import { createRedis } from '@flightroster/core/store'
import { eventually, freePort, startRedis } from '@flightroster/core/testing'
import type { Redis } from 'ioredis'
import { startBuilt, type Program } from './programs.ts'

const NO_REWRITE = ['--auto-aof-rewrite-percentage', '0']

export interface ProductOptions {
  /** Where Apple is. */
  appleUrl: string
  env?: Record<string, string>
  /** A store that runs already, such as a cluster; absent: a Redis of its own. */
  redisUrl?: string
  /** Words for the API's Node, such as `--cpu-prof`. */
  apiNodeArgs?: string[]
}

/** The product as it is run: a Redis that syncs every write, the API and workers as processes. */
export interface Product extends AsyncDisposable {
  redisUrl: string
  /** A connection of the benchmark's own. */
  client: Redis
  url: string
  headers: Record<string, string>
  encryptionKey: Buffer
  api: Program
  /** Another process in its place, on the same port. */
  restartApi(): Promise<void>
  startWorker(env?: Record<string, string>): Program
  /** Throws when the answer is no success. */
  send<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
}

export async function startProduct(options: ProductOptions): Promise<Product> {
  // A rewrite of the file in the middle of a round would fall on one side only.
  const redis =
    options.redisUrl === undefined ? await startRedis({ appendFsync: 'always', args: NO_REWRITE }) : undefined
  const redisUrl = options.redisUrl ?? redis?.url ?? ''
  const port = await freePort()
  const token = randomBytes(16).toString('hex')
  const encryptionKey = randomBytes(32)
  const env: Record<string, string> = {
    REDIS_URL: redisUrl,
    ENCRYPTION_KEY: encryptionKey.toString('base64'),
    APP_STORE_CONNECT_URL: options.appleUrl,
    ADMIN_TOKEN: token,
    RATE_LIMIT_PER_MINUTE: '10000000',
    // Rounds add up to more members than a roster usually has.
    ROSTER_LIMIT: '1000000',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    LOG_LEVEL: 'warn',
    ...options.env,
  }
  const url = `http://127.0.0.1:${port}`
  const headers = { authorization: `Bearer ${token}` }
  const programs: Program[] = []
  const startApi = async () => {
    const api = startBuilt('api', { ...env, PORT: String(port) }, options.apiNodeArgs)
    programs.push(api)
    await eventually(async () => {
      const { status } = await fetch(`${url}/readyz`)
      if (status !== 200) throw new Error(`The API is not ready: ${status}\n${api.output()}`)
    })
    return api
  }
  let api = await startApi()
  const client = createRedis(redisUrl, { name: 'bench', log: createLog({ level: 'silent', name: 'bench' }) })
  return {
    redisUrl,
    client,
    url,
    headers,
    encryptionKey,
    get api() {
      return api
    },
    async restartApi() {
      await api.stop('SIGTERM')
      api = await startApi()
    },
    startWorker(extra = {}) {
      const worker = startBuilt('worker', { ...env, ...extra })
      programs.push(worker)
      return worker
    },
    async send<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(url + path, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
    async [Symbol.asyncDispose]() {
      client.disconnect()
      await Promise.all(programs.map((program) => program.stop()))
      await redis?.close()
    },
  }
}
