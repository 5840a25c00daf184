import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../log.ts'
import { eventually, startRedis, type TestRedis } from '../../../testing/index.ts'
import { startStoreHealth } from './health.ts'
import { createRedis, DEMOTED_EVENT, toStoreError } from './redis.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

/** One address for whichever server is the primary; who is connected stays where he is. */
async function startAddress(first: TestRedis) {
  let target = first.port
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => void (near.destroy(), far.destroy()))
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ close: () => (sockets.forEach((socket) => socket.destroy()), server.close()) })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo: ({ port }: TestRedis) => void (target = port),
  }
}

async function startPair() {
  const [old, promoted] = await Promise.all([startRedis(), startRedis()])
  open.push(old, promoted)
  const address = await startAddress(old)
  const logged: string[] = []
  const log = createLog({ level: 'info', name: 'test' }, { write: (line: string) => void logged.push(line) })
  const redis = createRedis(address.url, { name: 'test', log, commandTimeoutMs: 800, failFast: true })
  const health = startStoreHealth(redis)
  open.push({ close: () => (health.close(), redis.disconnect()) })
  await eventually(() => health.assertTakesWrites())
  return {
    redis,
    health,
    logged,
    promoted: { port: promoted.port },
    /** The fail-over as a load balancer or a service address does it. */
    failOver: async () => {
      address.moveTo(promoted)
      const admin = new Redis(old.url)
      await admin.replicaof('127.0.0.1', promoted.port)
      admin.disconnect()
    },
  }
}

const portOf = async (redis: Redis) => Number(/tcp_port:(\d+)/.exec(await redis.info('server'))?.[1])
const SOON = { everyMs: 50 }

describe('a server that was demoted behind its address', () => {
  it('is left by a process that does nothing, and by what goes with it', async () => {
    const { redis, health, logged, promoted, failOver } = await startPair()
    let others = 0
    redis.on(DEMOTED_EVENT, () => others++)
    // One a second, and one for each connection.
    const looks = vi.spyOn(redis, 'info')
    await failOver()
    await eventually(() => expect(health.report().state).not.toBe('usable'), SOON)
    await eventually(() => health.assertTakesWrites(), SOON)
    expect(looks.mock.calls.length).toBeLessThan(6)
    expect(await portOf(redis)).toBe(promoted.port)
    expect(others).toBeGreaterThan(0)
    expect(logged.filter((line) => line.includes('store.')).length).toBeLessThan(4)
  })

  it('is left at the first write that it refuses, within a script too', async () => {
    const { redis, health, promoted, failOver } = await startPair()
    await failOver()
    health.close()
    const write = () => redis.eval("return redis.call('SET', KEYS[1], '1')", 1, 'k')
    await eventually(async () => expect(await write()).toBe('OK'), SOON)
    expect(await portOf(redis)).toBe(promoted.port)
  })
})

describe('what a store says that takes no command', () => {
  it.each([
    "READONLY You can't write against a read only replica.",
    "READONLY You can't write against a read only replica. script: 91a3, on @user_script:4.",
    "ERR Error running script (call to f_91a3): @user_script:4: @user_script: 4: -READONLY You can't write against a read only replica.",
    "ERR Error running script (call to f_91a3): @user_script:4: -OOM command not allowed when used memory > 'maxmemory'.",
    "OOM command not allowed when used memory > 'maxmemory'. script: 91a3, on @user_script:1.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    'ERR Error running script (call to f_91a3): @user_script:1: @user_script: 1: -MISCONF Errors writing to the AOF file: No space left on device',
    'MISCONF Valkey is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    'NOREPLICAS Not enough good replicas to write.',
    'ERR Error running script (call to f_91a3): @user_script:1: -NOREPLICAS Not enough good replicas to write.',
    'LOADING Redis is loading the dataset in memory',
    'LOADING Valkey is loading the dataset in memory',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "MASTERDOWN Link with PRIMARY is down and replica-serve-stale-data is set to 'no'.",
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  ])('is told to callers as a store that can take nothing now: %s', (message) => {
    expect(toStoreError(new Error(message))?.code).toBe('store_unavailable')
  })

  it('is told so by a transaction that was given up for it', () => {
    const error = Object.assign(new Error('EXECABORT Transaction discarded because of previous errors.'), {
      previousErrors: [new Error("READONLY You can't write against a read only replica.")],
    })
    expect(toStoreError(error)?.code).toBe('store_unavailable')
  })

  it.each(['WRONGTYPE Operation against a key', 'ERR unknown command', 'ERR value is not an integer: READONLYish'])(
    'is a bug otherwise: %s',
    (message) => {
      expect(toStoreError(new Error(message))).toBeUndefined()
    },
  )
})
