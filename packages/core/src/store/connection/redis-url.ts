import type { RedisOptions } from 'ioredis'

export interface RedisNode {
  host: string
  port: number
}

export type RedisTarget =
  /** One server, or whom the sentinels name. */
  | { kind: 'server'; options: RedisOptions }
  /** Some nodes of a cluster; they know the others. */
  | { kind: 'cluster'; nodes: RedisNode[]; options: RedisOptions }

const FORMS = /^(rediss?(?:\+sentinel|\+cluster)?):\/\/(?:([^@/]*)@)?([^/?]+)(?:\/([^?]*))?$/

/**
 * `redis://[user:password@]host:port[/db]`, `rediss://` with TLS, `redis+sentinel://host:26379,host2/mymaster[/db]`,
 * `redis+cluster://host:port,…`. Throws a sentence without the password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = FORMS.exec(url)
  if (!match)
    throw new Error(
      'not one of redis://host:port, rediss://…, redis+sentinel://host:port,…/name, redis+cluster://host:port,…',
    )
  const [, scheme = '', credentials, hosts = '', path = ''] = match
  const tls = scheme.startsWith('rediss') ? { tls: {} } : {}
  const base: RedisOptions = { ...parseCredentials(credentials), ...tls }
  if (scheme.endsWith('+cluster')) {
    if (path !== '') throw new Error('a cluster has no databases: nothing may follow its hosts')
    return { kind: 'cluster', nodes: parseHosts(hosts, 6379), options: base }
  }
  if (scheme.endsWith('+sentinel')) {
    const [name = '', database] = path.split('/')
    if (name === '') throw new Error('the name of the primary is missing: redis+sentinel://host:26379/mymaster')
    const sentinels = parseHosts(hosts, 26379)
    const sentinelTls = scheme.startsWith('rediss') ? { enableTLSForSentinelMode: true } : {}
    return { kind: 'server', options: { ...base, ...sentinelTls, sentinels, name, db: parseDatabase(database) } }
  }
  const nodes = parseHosts(hosts, 6379)
  const [node] = nodes
  if (!node || nodes.length > 1) throw new Error('more than one host: use redis+sentinel:// or redis+cluster://')
  return { kind: 'server', options: { ...base, host: node.host, port: node.port, db: parseDatabase(path) } }
}

function parseCredentials(credentials: string | undefined): RedisOptions {
  if (!credentials) return {}
  const colon = credentials.indexOf(':')
  const username = decodeURIComponent(colon < 0 ? credentials : credentials.slice(0, colon))
  const password = colon < 0 ? '' : decodeURIComponent(credentials.slice(colon + 1))
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) }
}

function parseHosts(hosts: string, defaultPort: number): RedisNode[] {
  return hosts.split(',').map((text) => {
    const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text.trim())
    const host = match?.[1]
    const port = Number(match?.[2] ?? defaultPort)
    if (!host || port < 1 || port > 65_535) throw new Error('a host or port is not valid')
    return { host: host.replace(/^\[|\]$/g, ''), port }
  })
}

function parseDatabase(text: string | undefined): number {
  if (!text) return 0
  if (!/^\d{1,4}$/.test(text)) throw new Error('the database is not a number')
  return Number(text)
}
