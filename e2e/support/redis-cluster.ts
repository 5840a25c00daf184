import { eventually, freePort, startRedis, type TestRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'

/** Three masters, the first with two replicas, so that it still has one when the other is promoted; the others with one. */
export interface RedisCluster {
  /** For REDIS_URL. */
  url: string
  /** The servers that were masters at the beginning. */
  masters: TestRedis[]
  /** Those that were replicas of the master with that number. */
  replicasOf(master: number): TestRedis[]
  /** Which of the masters of the beginning holds a team key. */
  firstMasterOf(teamKey: string): Promise<number>
  /** The port of the master that holds a team key, as a node says that was a replica at the beginning. */
  portOf(teamKey: string): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

type SlotRange = [from: number, to: number, master: [host: string, port: number], ...rest: unknown[]]

const MASTERS = 3
const REPLICAS = 4
const SLOTS = 16_384
const NODE_TIMEOUT_MS = 3_000
const START = { timeoutMs: 30_000, everyMs: 100 }

export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: MASTERS + REPLICAS }, startNode))
  const [masters, replicas] = [nodes.slice(0, MASTERS), nodes.slice(MASTERS)]
  const [first] = masters
  const [witness] = replicas
  if (!first || !witness) throw new Error('There are no nodes.')
  await Promise.all(
    masters.map(async ({ client }, at) => {
      await client.call('cluster', 'set-config-epoch', at + 1)
      const from = Math.floor((SLOTS * at) / MASTERS)
      await client.call('cluster', 'addslotsrange', from, Math.floor((SLOTS * (at + 1)) / MASTERS) - 1)
    }),
  )
  for (const { server, busPort } of nodes) await first.client.call('cluster', 'meet', '127.0.0.1', server.port, busPort)
  await Promise.all(
    replicas.map(async ({ client }, at) => {
      const master = masters[at % MASTERS]
      if (!master) return
      const id = String(await master.client.call('cluster', 'myid'))
      // Its master has to be known to it.
      await eventually(() => client.call('cluster', 'replicate', id), START)
      await eventually(async () => {
        if (!(await client.info('replication')).includes('master_link_status:up'))
          throw new Error('It is no replica yet.')
      }, START)
    }),
  )
  await eventually(async () => {
    for (const { client } of nodes) {
      const info = String(await client.call('cluster', 'info'))
      if (!info.includes('cluster_state:ok')) throw new Error(`The cluster is not ready: ${info}`)
    }
  }, START)
  const portOf = async (teamKey: string) => {
    const slot = Number(await witness.client.call('cluster', 'keyslot', `{${teamKey}}`))
    const ranges = (await witness.client.call('cluster', 'slots')) as SlotRange[]
    const holder = ranges.find(([from, to]) => from <= slot && slot <= to)
    return holder?.[2][1] ?? 0
  }
  return {
    url: `redis+cluster://${masters.map(({ server }) => `127.0.0.1:${server.port}`).join(',')}`,
    masters: masters.map(({ server }) => server),
    replicasOf: (master) => replicas.filter((_, at) => at % MASTERS === master).map(({ server }) => server),
    firstMasterOf: async (teamKey) => {
      const port = await portOf(teamKey)
      return masters.findIndex(({ server }) => server.port === port)
    },
    portOf,
    async [Symbol.asyncDispose]() {
      for (const { client } of nodes) client.disconnect()
      await Promise.all(nodes.map(({ server }) => server.close()))
    },
  }
}

interface Node {
  server: TestRedis
  client: Redis
  busPort: number
}

async function startNode(): Promise<Node> {
  const busPort = await freePort()
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-node-timeout': NODE_TIMEOUT_MS,
    'repl-diskless-sync-delay': 0,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = await startRedis({ appendFsync: 'always', args })
  const client = new Redis(server.url)
  client.on('error', () => {})
  return { server, client, busPort }
}
