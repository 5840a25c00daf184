import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from './eventually.ts'

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
})
