import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './ports.mjs'
import { askRedis } from './redis-probe.mjs'
import { DOCKER, findRedisServer, isNewEnough } from './redis-server.mjs'
import { noteRunning } from './running.mjs'
import { openRedisPassword } from './secrets.mjs'
import { Stop, step } from './say.mjs'
import { waitUntil } from './wait-until.mjs'

/** The Redis that the user names by REDIS_URL, or one of our own on a free port. Returns what to tell the processes. */
export async function openRedis(place, processes, env = process.env) {
  if (env.REDIS_URL_FILE) return {}
  if (env.REDIS_URL) {
    await checkGiven(env.REDIS_URL)
    return { REDIS_URL: env.REDIS_URL }
  }
  const server = await findRedisServer()
  const port = await freePort()
  const password = openRedisPassword(place)
  const folder = join(place.data, 'redis')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // In files, since anybody on this machine can read command lines.
  const [settings, url] = [join(place.data, 'redis.conf'), join(place.data, 'redis-url')]
  writeFileSync(settings, `requirepass ${password}\n`, { mode: 0o600 })
  writeFileSync(url, `redis://:${password}@127.0.0.1:${port}\n`, { mode: 0o600 })
  await step(`Starting Redis on port ${port} (data in ${place.name}/redis)`, async () => {
    const child = processes.start({
      name: 'redis',
      level: 0,
      command: server,
      args: [settings, ...commandLine(port, folder)],
    })
    noteRunning(place, { port, redis: child.pid })
    await Promise.race([
      processes.died,
      waitUntil(() => isReady(port, password), { timeoutMs: 60_000, otherwise: new Stop('Redis does not answer.') }),
    ])
  })
  return { REDIS_URL_FILE: url }
}

/** Every write is on the disk before it is answered, and nothing is ever dropped. */
function commandLine(port, folder) {
  const durable = '--appendonly yes --appendfsync always --maxmemory-policy noeviction'.split(' ')
  return ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...durable]
}

async function isReady(port, password) {
  const info = await askRedis({ host: '127.0.0.1', port, password })
  return info.kind === 'info' && info.fields.get('loading') !== '1'
}

/** Looks at a plain redis:// server; other forms are judged by the processes themselves. */
async function checkGiven(url) {
  if (!url.startsWith('redis://') || !URL.canParse(url)) return
  const { hostname, port, username, password } = new URL(url)
  const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
  const info = await askRedis({
    ...target,
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  })
  if (info.kind === 'silent') {
    throw new Stop(
      `The Redis that REDIS_URL names (${target.host}:${target.port}) does not answer.`,
      `Start it, for example:\n  ${DOCKER}\nor leave REDIS_URL out, and one is started for you.`,
    )
  }
  if (info.kind === 'refused') {
    throw new Stop(
      `Redis at ${target.host}:${target.port} refuses: ${info.answer}`,
      'Correct the user and password in REDIS_URL.',
    )
  }
  const policy = info.fields.get('maxmemory_policy')
  if (policy && policy !== 'noeviction') {
    throw new Stop(
      `Redis at ${target.host}:${target.port} runs the eviction policy "${policy}", which drops recorded changes when memory is short.`,
      'Set it with: redis-cli CONFIG SET maxmemory-policy noeviction (and in redis.conf, so that it stays).',
    )
  }
  const [major, minor] = (info.fields.get('redis_version') ?? '').split('.').map(Number)
  if (major !== undefined && !isNewEnough(major, minor)) {
    throw new Stop(
      `Redis at ${target.host}:${target.port} is version ${major}.${minor}; 6.2 or newer is needed.`,
      `For example:\n  ${DOCKER}`,
    )
  }
}
