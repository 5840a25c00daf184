import { readdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { ManagedProcess } from '../process.ts'
import type { Stack } from '../stack.ts'

/** What is held at one moment, in megabytes and numbers; of several workers the most. */
export interface Figures {
  apiMb: number
  workerMb: number
  apiDescriptors: number
  workerDescriptors: number
  /** Without the marks of event ids, which are kept for EVENT_DEDUP_DAYS: they grow with the events by design. */
  redisMb: number
  redisKeys: number
  markMb: number
  markKeys: number
  redisClients: number
}

const MB = 1_048_576
const toTenths = (value: number) => Math.round(value * 10) / 10
const most = (numbers: number[]) => Math.max(0, ...numbers)

function memoryOf({ child }: ManagedProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024)
}

const descriptorsOf = ({ child }: ManagedProcess) => readdirSync(`/proc/${child.pid}/fd`).length

export async function measure(stack: Stack): Promise<Figures> {
  const { api, worker } = stack.running()
  const redis = new Redis(stack.redis.url)
  const told = await redis.info()
  const read = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(told)?.[1])
  const keys = await redis.dbsize()
  const marks = await redis.keys('fr:{*}:marks:*')
  const markBytes = await Promise.all(marks.map((key) => redis.memory('USAGE', key)))
  redis.disconnect()
  const markMb = markBytes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) / MB
  return {
    apiMb: most(api.map(memoryOf)),
    workerMb: most(worker.map(memoryOf)),
    apiDescriptors: most(api.map(descriptorsOf)),
    workerDescriptors: most(worker.map(descriptorsOf)),
    redisMb: toTenths(read('used_memory') / MB - markMb),
    redisKeys: keys - marks.length,
    markMb: toTenths(markMb),
    markKeys: marks.length,
    redisClients: read('connected_clients'),
  }
}

/** Where secrets and addresses are that do not belong there: in what was printed, in jobs, in any key at all. */
export async function findLeaks(stack: Stack): Promise<string[]> {
  const leaks: string[] = []
  const printed = stack.output()
  const pem = stack.key['privateKey'] ?? ''
  const secrets = { 'the private key': pem.split('\n')[1] ?? pem, 'the admin token': stack.api.token }
  for (const [name, secret] of Object.entries(secrets)) if (printed.includes(secret)) leaks.push(`${name} was printed`)
  if (printed.includes('@example.com')) leaks.push('an address was printed')
  const redis = new Redis(stack.redis.url)
  for (const key of await redis.keys('*')) {
    const text = await textOf(redis, key)
    for (const [name, secret] of Object.entries(secrets)) if (text.includes(secret)) leaks.push(`${name} is in ${key}`)
    if (key.includes(':lane-') && text.includes('@example.com')) leaks.push(`an address is in ${key}`)
  }
  redis.disconnect()
  return leaks
}

async function textOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key)
  if (type === 'string') return (await redis.get(key)) ?? ''
  if (type === 'hash') return JSON.stringify(await redis.hgetall(key))
  if (type === 'list') return JSON.stringify(await redis.lrange(key, 0, -1))
  if (type === 'set') return JSON.stringify(await redis.smembers(key))
  if (type === 'zset') return JSON.stringify(await redis.zrange(key, '0', '-1'))
  return type === 'stream' ? JSON.stringify(await redis.xrange(key, '-', '+')) : ''
}
