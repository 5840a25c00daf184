import { eventually, freePort, spawnTied, startRedis, type TestRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A primary with two replicas, watched by three sentinels. */
export interface ReplicaSet {
  /** For REDIS_URL. */
  url: string
  primary: TestRedis
  /** From here on the replicas get nothing of what is written, until they are given back. */
  cutReplicas(): Promise<void>
  giveReplicasBack(): void
  /** The port of whom the sentinels name the primary. */
  primaryPort(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

const NAME = 'mymaster'
const SENTINELS = 3
const QUORUM = 2
const START = { timeoutMs: 120_000, everyMs: 100 }

export async function startReplicaSet(): Promise<ReplicaSet> {
  const primary = await startRedis({ appendFsync: 'always' })
  const args = ['--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0']
  const replicas = await Promise.all([1, 2].map(() => startRedis({ appendFsync: 'always', args })))
  const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startSentinel(primary.port)))
  const [first] = sentinels
  if (!first) throw new Error('There is no sentinel.')
  const client = new Redis(first.port)
  client.on('error', () => {})
  await eventually(async () => {
    const seen = await Promise.all(['replicas', 'sentinels'].map((kind) => client.call('sentinel', kind, NAME)))
    const healthy = seen.map((entries) => (entries as string[][]).filter(isHealthy).length)
    if (healthy.join() !== `${replicas.length},${SENTINELS - 1}`)
      throw new Error(`The sentinels see ${healthy.join()} healthy replicas and other sentinels.`)
  }, START)
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    primary,
    async cutReplicas() {
      for (const replica of replicas) replica.freeze()
      // What is sent to a stopped process waits for it: only a closed connection, which it can't open again, keeps it behind.
      const toPrimary = new Redis(primary.url)
      await toPrimary.call('client', 'kill', 'type', 'replica')
      toPrimary.disconnect()
    },
    giveReplicasBack() {
      for (const replica of replicas) replica.thaw()
    },
    async primaryPort() {
      const [, port] = (await client.call('sentinel', 'get-master-addr-by-name', NAME)) as [string, string]
      return Number(port)
    },
    async [Symbol.asyncDispose]() {
      client.disconnect()
      await Promise.all(sentinels.map((sentinel) => sentinel.close()))
      await Promise.all([primary, ...replicas].map((redis) => redis.close()))
    },
  }
}

/** Entries come as flat lists of names and values. A replica counts once its first synchronisation is done. */
function isHealthy(entry: string[]): boolean {
  const field = (name: string) => entry[entry.indexOf(name) + 1]
  const flags = field('flags')
  return flags === 'sentinel' || (flags === 'slave' && field('master-link-status') === 'ok')
}

async function startSentinel(primaryPort: number) {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'flightroster-sentinel-'))
  // It rewrites its own file.
  const file = join(directory, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} 2000`,
    `sentinel failover-timeout ${NAME} 5000`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawnTied('redis-server', [file, '--sentinel'], { output: 'ignore' })
  return {
    port,
    async close() {
      child.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}
