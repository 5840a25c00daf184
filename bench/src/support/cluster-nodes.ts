import type { RedisCluster } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { cpuOfRedis } from './cpu.ts'

const KEYS_AT_ONCE = 1_000

/** What the masters of a cluster say of themselves, all together unless told otherwise. */
export interface ClusterNodes extends Disposable {
  commands(): Promise<number>
  cpu(): Promise<number>
  /** Connections by the name of the process, of each node. */
  connections(): Promise<Map<string, number>[]>
  /** Bytes of each key that lies outside the slots of lanes, and of those of lanes together, a node. */
  memory(isOfLane: (key: string) => boolean): Promise<{ shared: Map<string, number>; lanes: number[] }>
}

export function lookAtNodes({ masters }: RedisCluster): ClusterNodes {
  const clients = masters.map(({ url }) => new Redis(url))
  // Nodes are killed meanwhile, and come back.
  for (const client of clients) client.on('error', () => {})
  const sum = async (of: (client: Redis) => Promise<number>) =>
    (await Promise.all(clients.map(of))).reduce((all, one) => all + one, 0)
  return {
    commands: () =>
      sum(async (client) =>
        Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1] ?? Number.NaN),
      ),
    cpu: () => sum(cpuOfRedis),
    connections: () =>
      Promise.all(
        clients.map(async (client) => {
          const found = new Map<string, number>()
          for (const [, name = ''] of String(await client.client('LIST')).matchAll(/ name=(\S*)/g))
            found.set(name, (found.get(name) ?? 0) + 1)
          return found
        }),
      ),
    async memory(isOfLane) {
      const shared = new Map<string, number>()
      const lanes = await Promise.all(clients.map((client) => measureNode(client, isOfLane, shared)))
      return { shared, lanes }
    },
    [Symbol.dispose]: () => clients.forEach((client) => client.disconnect()),
  }
}

/** Bytes of the keys of lanes together; the others are put into `shared`, each by its name. */
export async function measureNode(
  client: Redis,
  isOfLane: (key: string) => boolean,
  shared: Map<string, number>,
): Promise<number> {
  let ofLanes = 0
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'COUNT', KEYS_AT_ONCE)
    cursor = next
    const sizes = await Promise.all(keys.map((key) => client.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')))
    for (const [at, key] of keys.entries()) {
      const size = Number(sizes[at] ?? 0)
      if (isOfLane(key)) ofLanes += size
      else shared.set(key, size)
    }
  } while (cursor !== '0')
  return ofLanes
}
