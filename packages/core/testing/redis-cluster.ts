import { Redis } from 'ioredis'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { startRedis, type TestRedis } from './redis.ts'

/** Files of an authority, and of a certificate for 127.0.0.1 that it has signed. */
interface TestTls {
  ca: string
  certificate: string
  key: string
}

export interface RedisClusterOptions {
  /** How many, for the masters by turns; 4 unless told otherwise. */
  replicas?: number
  /** The address is one with TLS then; what tests ask is asked without. */
  tls?: TestTls
}

/** Three masters; unless told otherwise the first with two replicas, so that it still has one when the other is promoted, the others with one. */
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
  /** Moves the slots of team keys to another of the masters, key by key, as `redis-cli --cluster reshard` does; returns how many keys went. */
  moveSlots(teamKeys: string[], to: number): Promise<number>
  /** Kills every node, and starts all of them again once none is left. */
  restartAll(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type SlotRange = [from: number, to: number, master: [host: string, port: number], ...rest: unknown[]]

const MASTERS = 3
const REPLICAS = 4
const SLOTS = 16_384
const KEYS_AT_ONCE = 50
const MIGRATE_MS = 5_000
const NODE_TIMEOUT_MS = 3_000
const START = { timeoutMs: 120_000, everyMs: 100 }

export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const count = MASTERS + (options.replicas ?? REPLICAS)
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(options.tls)))
  const [masters, replicas] = [nodes.slice(0, MASTERS), nodes.slice(MASTERS)]
  const [first] = masters
  const witness = replicas[0] ?? first
  if (!first || !witness) throw new Error('There are no nodes.')
  await Promise.all(
    masters.map(async ({ client }, at) => {
      await client.call('cluster', 'set-config-epoch', at + 1)
      const from = Math.floor((SLOTS * at) / MASTERS)
      await client.call('cluster', 'addslotsrange', from, Math.floor((SLOTS * (at + 1)) / MASTERS) - 1)
    }),
  )
  for (const { port, busPort } of nodes) await first.client.call('cluster', 'meet', '127.0.0.1', port, busPort)
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
  const isWhole = async () => {
    for (const { client } of nodes) {
      const info = String(await client.call('cluster', 'info'))
      if (!info.includes('cluster_state:ok')) throw new Error(`The cluster is not ready: ${info}`)
    }
  }
  await eventually(isWhole, START)
  const portOf = async (teamKey: string) => {
    const slot = await slotOf(witness, teamKey)
    const ranges = (await witness.client.call('cluster', 'slots')) as SlotRange[]
    const holder = ranges.find(([from, to]) => from <= slot && slot <= to)
    return holder?.[2][1] ?? 0
  }
  return {
    url: `${options.tls ? 'rediss' : 'redis'}+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    masters: masters.map(({ server }) => server),
    replicasOf: (master) => replicas.filter((_, at) => at % MASTERS === master).map(({ server }) => server),
    firstMasterOf: async (teamKey) => {
      const port = await portOf(teamKey)
      return masters.findIndex(({ server }) => server.port === port)
    },
    portOf,
    async moveSlots(teamKeys, to) {
      const target = masters[to]
      if (!target) throw new Error(`There is no master ${to}.`)
      const slots = new Set(await Promise.all(teamKeys.map((teamKey) => slotOf(witness, teamKey))))
      let moved = 0
      for (const slot of slots) moved += await moveSlot(masters, slot, target)
      return moved
    },
    async restartAll() {
      await Promise.all(nodes.map(({ server }) => server.kill()))
      await Promise.all(nodes.map(({ server }) => server.restart()))
      await eventually(isWhole, START)
    },
    async [Symbol.asyncDispose]() {
      for (const { client } of nodes) client.disconnect()
      await Promise.all(nodes.map(({ server }) => server.close()))
    },
  }
}

interface Node {
  server: TestRedis
  client: Redis
  /** What the product asks: the server's own, or that with TLS. */
  port: number
  busPort: number
}

const slotOf = async ({ client }: Node, teamKey: string) =>
  Number(await client.call('cluster', 'keyslot', `{${teamKey}}`))

const idOf = async ({ client }: Node) => String(await client.call('cluster', 'myid'))

async function moveSlot(masters: Node[], slot: number, target: Node): Promise<number> {
  const ranges = (await target.client.call('cluster', 'slots')) as SlotRange[]
  const holder = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1]
  const source = masters.find(({ server }) => server.port === holder)
  if (!source || source === target) return 0
  await target.client.call('cluster', 'setslot', slot, 'importing', await idOf(source))
  await source.client.call('cluster', 'setslot', slot, 'migrating', await idOf(target))
  let moved = 0
  for (;;) {
    const keys = (await source.client.call('cluster', 'getkeysinslot', slot, KEYS_AT_ONCE)) as string[]
    if (keys.length === 0) break
    await source.client.call('migrate', '127.0.0.1', target.port, '', 0, MIGRATE_MS, 'keys', ...keys)
    moved += keys.length
  }
  const id = await idOf(target)
  for (const { client } of [target, ...masters.filter((master) => master !== target)])
    await client.call('cluster', 'setslot', slot, 'node', id)
  return moved
}

async function startNode(tls?: TestTls): Promise<Node> {
  let [busPort, tlsPort]: [number, number | undefined] = [0, undefined]
  const args = async () => {
    ;[busPort, tlsPort] = [await freePort(), tls ? await freePort() : undefined]
    const settings = {
      'cluster-enabled': 'yes',
      'cluster-port': busPort,
      'cluster-node-timeout': NODE_TIMEOUT_MS,
      'repl-diskless-sync-delay': 0,
      ...(tls && {
        'tls-port': tlsPort,
        'tls-cluster': 'yes',
        'tls-replication': 'yes',
        'tls-auth-clients': 'no',
        'tls-ca-cert-file': tls.ca,
        'tls-cert-file': tls.certificate,
        'tls-key-file': tls.key,
      }),
    }
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  }
  const server = await startRedis({ appendFsync: 'always', args })
  const client = new Redis(server.url)
  client.on('error', () => {})
  return { server, client, port: tlsPort ?? server.port, busPort }
}
