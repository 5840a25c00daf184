import { Cluster, Command, type Redis } from 'ioredis'
import { AppError } from '../../errors.ts'

const RETRY_AFTER_MS = 2_000

/** The connection that a key's commands go over: in a cluster that to the master of its slot, else the only one. */
export function nodeOf(redis: Redis, key: string): Redis {
  const cluster = asCluster(redis)
  if (!cluster) return redis
  const [address] = cluster.slots[new Command('exists', [key]).getSlot()] ?? []
  const node = address === undefined ? undefined : connections(cluster).get(address)
  if (node) return node
  throw new AppError('store_unavailable', {
    message: 'No node of the store holds what this is about; send the same request again in a moment.',
    retryAfterMs: RETRY_AFTER_MS,
  })
}

/** Of every master that holds slots, its address and the connection to it, where there is one; undefined: no cluster. */
export function findMasters(redis: Redis): { address: string; node: Redis | undefined }[] | undefined {
  const cluster = asCluster(redis)
  if (!cluster) return undefined
  const addresses = new Set<string>()
  for (const [address] of cluster.slots) if (address !== undefined) addresses.add(address)
  const nodes = connections(cluster)
  return [...addresses].map((address) => ({ address, node: nodes.get(address) }))
}

const apart = new WeakSet<Redis>()

/**
 * Does `together`, one step that touches keys of two slots, where these lie on one machine, and `steps` elsewhere: in a cluster, and
 * behind a proxy with several servers, which passes for one until it refuses, and has done nothing then.
 */
export async function inOneStep<T>(redis: Redis, together: () => Promise<T>, steps: () => Promise<T>): Promise<T> {
  if (apart.has(redis) || asCluster(redis)) return steps()
  try {
    return await together()
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('CROSSSLOT')) throw error
    apart.add(redis)
    return steps()
  }
}

/** A cluster's client passes for that of a server (createRedis). */
function asCluster(redis: Redis): Cluster | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what createRedis calls a Redis may be one
  const client = redis as unknown as Redis | Cluster
  return client instanceof Cluster ? client : undefined
}

function connections(cluster: Cluster): Map<string, Redis> {
  return new Map(cluster.nodes('all').map((node) => [`${node.options.host}:${node.options.port}`, node]))
}
