import type { Redis } from 'ioredis'
import { errorsIn } from './errors-in.ts'
import { findMasters } from './cluster-nodes.ts'
import { globalKeys } from '../keys.ts'

const KEY = globalKeys.permissions

/**
 * Every command that we, our scripts or BullMQ's send, in a form that has no effect: Redis asks for the right before it looks at
 * anything else. A test holds it to the scripts, and `docs/operating.md` has the line that allows them.
 * @internal
 */
export const NEEDED: readonly (readonly string[])[] = [
  ...'get ttl pttl type exists del unlink persist'.split(' ').map((name) => [name, KEY]),
  ...'llen rpop lpop hlen hgetall hkeys hvals smembers scard spop srandmember zcard zpopmin xlen'
    .split(' ')
    .map((name) => [name, KEY]),
  ...'hget hdel hexists hmget sadd srem sismember smismember zscore zrem zmscore zrevrank lrem lpos'
    .split(' ')
    .map((name) => (name === 'lrem' ? [name, KEY, '0', 'x'] : [name, KEY, 'x'])),
  ...'hscan sscan zscan'.split(' ').map((name) => [name, KEY, '0']),
  ...'lrange zrange zrevrange zremrangebyrank zcount zrangebyscore zrevrangebyscore zremrangebyscore ltrim'
    .split(' ')
    .map((name) => [name, KEY, '0', '0']),
  ...'zrangebylex zlexcount xrange xrevrange'.split(' ').map((name) => [name, KEY, '-', '+']),
  ...'pexpire expire pexpireat'.split(' ').map((name) => [name, KEY, '1']),
  ...'hset hsetnx hmset'.split(' ').map((name) => [name, KEY, 'x', '1']),
  ...'lpush rpush'.split(' ').map((name) => [name, KEY, 'x']),
  ...'incr decr mget'.split(' ').map((name) => [name, KEY]),
  ['set', KEY, '1', 'XX'],
  ['getex', KEY],
  ['incrby', KEY, '0'],
  ['hincrby', KEY, 'x', '0'],
  ['lindex', KEY, '0'],
  ['lset', KEY, '0', 'x'],
  ['rpoplpush', KEY, KEY],
  ['lmove', KEY, KEY, 'LEFT', 'LEFT'],
  ['rename', KEY, KEY],
  ['zadd', KEY, 'XX', '1', 'x'],
  ['xadd', KEY, 'NOMKSTREAM', '*', 'x', '1'],
  ['xdel', KEY, '1-1'],
  ['xtrim', KEY, 'MAXLEN', '0'],
  ['xread', 'STREAMS', KEY, '0'],
  ['publish', `${KEY}:channel`, ''],
  ['eval', 'return 1', '0'],
  ['evalsha', '0'.repeat(40), '0'],
  ['script', 'exists', '0'.repeat(40)],
  ['scan', '0', 'COUNT', '1'],
  ['time'],
  ['ping'],
  ['info', 'server'],
  ['wait', '0', '1'],
  ['client', 'setname', 'flightroster'],
]

/** What the user of `REDIS_URL` may not do, in words; none where it may do all that is needed. */
export async function findRefusals(redis: Redis): Promise<string[]> {
  const nodes = findMasters(redis)?.flatMap(({ node }) => (node ? [node] : [])) ?? [redis]
  const found = await Promise.all(nodes.map(findRefusalsOf))
  return [...new Set(found.flat())]
}

async function findRefusalsOf(node: Redis): Promise<string[]> {
  const refusals: string[] = []
  const ask = async (name: string, command: () => Promise<unknown>) => {
    try {
      await command()
    } catch (error) {
      const refusal = errorsIn(error).find(({ message }) => message.startsWith('NOPERM'))
      if (!refusal) return
      const [, kind] = /access (?:a|one of the) (key|channel)/i.exec(refusal.message) ?? []
      const about =
        kind === 'key' ? `keys that begin with ${KEY.replace(/:.*/, ':')}` : kind === 'channel' ? 'channels' : name
      refusals.push(about)
    }
  }
  const listener = node.duplicate({ lazyConnect: true, enableReadyCheck: false, retryStrategy: null })
  listener.on('error', () => {})
  // At once: a server that has stopped answering holds the start up for one time-out, not for one each.
  await Promise.all([
    ...NEEDED.map(([name = '', ...args]) => ask(name.toUpperCase(), () => node.call(name, ...args))),
    ask('MULTI', () => node.multi().get(KEY).exec()),
    ask('SUBSCRIBE', () => listener.subscribe(`${KEY}:channel`)),
  ])
  listener.disconnect()
  await ask('UNLINK', () => node.unlink(KEY))
  return refusals
}
