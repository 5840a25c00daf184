import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { firstEphemeralPort, freePort } from './free-port.ts'
import { startRedis } from './redis.ts'

const START = `
const { startRedis } = await import(${JSON.stringify(resolve(import.meta.dirname, 'redis.ts'))})
const { port, freeze } = await startRedis()
if (process.env.FREEZE) freeze()
process.stdout.write(String(port))
setInterval(() => {}, 1_000)`

/** A process that has started a Redis and goes on; gives the port. */
async function startOwner(env: Record<string, string>) {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', START]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(port) }
}

/** Whether somebody listens: a stopped process does, too. */
async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

describe('a redis-server of the tests', () => {
  it.each([{ FREEZE: '' }, { FREEZE: '1' }])('ends when the process that started it is killed: %o', async (env) => {
    const { child, port } = await startOwner(env)
    expect(await isListening(port)).toBe(true)
    child.kill('SIGKILL')
    await eventually(async () => expect(await isListening(port)).toBe(false))
  })

  it('lies on a port that no outgoing connection is given', async () => {
    await using redis = await startRedis()
    expect(redis.port).toBeLessThan(firstEphemeralPort())
  })

  it('asks for other ports where another process has taken one before its start', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port: taken } = other.address() as AddressInfo
    const tried: number[] = []
    const args = async () => {
      tried.push(tried.length === 0 ? taken : await freePort())
      return ['--cluster-enabled', 'yes', '--cluster-port', String(tried.at(-1))]
    }
    try {
      await using redis = await startRedis({ args })
      expect(tried).toHaveLength(2)
      expect(await isListening(redis.port)).toBe(true)
    } finally {
      other.close()
    }
  })

  it('tells at once what it said when it ends at its start for another reason', async () => {
    await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow('no-such-setting')
  })

  it('comes back on its own port once whoever took it meanwhile is gone', async () => {
    await using redis = await startRedis()
    await redis.kill()
    const other = createServer().listen(redis.port, '127.0.0.1')
    await once(other, 'listening')
    const restarted = redis.restart()
    await Promise.race([restarted, once(other, 'connection')])
    other.close()
    await restarted
    expect(await isListening(redis.port)).toBe(true)
  })
})
