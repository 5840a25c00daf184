import { Cluster, type Redis, type RedisOptions } from 'ioredis'
import type { Log } from '../../log.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import type { RedisNode } from './redis-url.ts'
import { timeOutFairly } from './time-out-fairly.ts'

export interface ClusterSettings {
  log: Log
  /** From when a command is asked for until it fails, however often it was sent on; absent: it waits. */
  commandTimeoutMs?: number | undefined
  /** True: a command fails at once where its node is lost, or the cluster has nobody for its slot. */
  failFast?: boolean | undefined
  clusterRetryStrategy: (attempt: number) => number
  /** Of every node's connection. */
  redisOptions: RedisOptions
}

/** A promotion is seen after this at the latest, also by who sends nothing to the node that was lost. */
const SLOTS_REFRESH_MS = 2_000
const RETRY_MS = 250

/** Until a node is found for a command, ioredis lets it wait without limit. */
class TimedCluster extends Cluster {
  timeoutMs: number | undefined

  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    if (this.timeoutMs !== undefined) timeOutFairly(command, this.timeoutMs)
    return super.sendCommand(command, stream, node)
  }
}

/** Connects in the background. A node's connection is never opened again: who needs it gets another. */
export function createCluster(nodes: RedisNode[], settings: ClusterSettings): Cluster {
  const cluster = new TimedCluster(nodes, {
    clusterRetryStrategy: settings.clusterRetryStrategy,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // Names stay names, as certificates want them.
    dnsLookup: (address, callback) => callback(null, address),
    // A command whose connection was lost may have been carried out: it is not sent again (see redis.ts).
    retryDelayOnFailover: 0,
    ...(settings.failFast
      ? { retryDelayOnClusterDown: 0 }
      : {
          // Until a replica is promoted, each try is one redirection or two.
          maxRedirections: Number.POSITIVE_INFINITY,
          retryDelayOnClusterDown: RETRY_MS,
        }),
    redisOptions: { ...settings.redisOptions, replyMapping: 'legacy' },
  })
  cluster.timeoutMs = settings.commandTimeoutMs
  cluster.on('+node', coalesceWrites)
  logNodeLossesOnce(cluster, settings.log)
  return cluster
}

function logNodeLossesOnce(cluster: Cluster, log: Log): void {
  const lost = new Set<string>()
  cluster.on('node error', (error: NodeJS.ErrnoException, node: string) => {
    if (lost.has(node)) return
    lost.add(node)
    log.warn({ node, reason: error.code ?? error.message }, 'store.node_lost')
  })
  cluster.on('+node', (redis: Redis) => {
    redis.on('ready', () => {
      const node = `${redis.options.host}:${redis.options.port}`
      if (lost.delete(node)) log.info({ node }, 'store.node_connected')
    })
  })
}
