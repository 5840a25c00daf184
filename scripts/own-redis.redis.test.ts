import { spawnTied, eventually, freePort } from '../packages/core/testing/index.ts'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProcesses } from './lib/processes.mjs'
import { askRedis } from './lib/redis-probe.mjs'
import { openRedis } from './lib/redis.mjs'
import { assertNotRunning } from './lib/running.mjs'

const ROOT = join(import.meta.dirname, '..')
let data: string
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'flightroster-own-redis-'))))
afterEach(() => rmSync(data, { recursive: true, force: true }))

/** What the server answers: `info`, or a refusal in its words. */
async function ask(port: number, password?: string): Promise<string> {
  const { kind, answer } = await askRedis({ host: '127.0.0.1', port, password })
  return kind === 'refused' ? answer : kind
}

describe('the Redis of npm start', () => {
  it('asks for a password, which stands in files of its owner alone, and is not started twice', async () => {
    const place = { name: 'place', data, logs: data }
    const processes = createProcesses(data)
    const env = await openRedis(place, processes, {})
    try {
      const url = readFileSync(String(env.REDIS_URL_FILE), 'utf8').trim()
      const { port, password } = new URL(url)
      expect(await ask(Number(port), password)).toBe('info')
      expect(await ask(Number(port))).toContain('NOAUTH')
      for (const name of ['redis-url', 'redis-password', 'redis.conf']) {
        expect([name, statSync(join(data, name)).mode & 0o077]).toEqual([name, 0])
      }
      const { redis } = JSON.parse(readFileSync(join(data, 'running.json'), 'utf8')) as { redis: number }
      expect(readFileSync(`/proc/${redis}/cmdline`, 'utf8')).not.toContain(password)
      await expect(assertNotRunning(place)).rejects.toThrow('running from this folder already')
    } finally {
      await processes.stop()
    }
    await assertNotRunning(place)
  })
})

describe('the Redis of docker-compose.yml', () => {
  it('keeps every write, evicts nothing and asks for the password, by the command as it stands there', async () => {
    const file = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
      services: { redis: { command: string[] } }
    }
    const [shell = '', option = '', script = ''] = file.services.redis.command
    const port = await freePort()
    // As Compose does: two dollars mean one. Port and folder are this test's own.
    const command = script.replaceAll('$$', '$').replace(' - ', ` - --port ${port} --dir ${data} `)
    const env = { PATH: process.env['PATH'] ?? '', REDIS_PASSWORD: 'pass', REDIS_MAXMEMORY: '64mb' }
    const server = spawnTied(shell, [option, command], { env, output: 'ignore' })
    await eventually(async () => expect(await ask(port, 'pass')).toBe('info'))
    expect(await ask(port)).toContain('NOAUTH')
    const setting = (name: string) =>
      execFileSync('redis-cli', ['-p', String(port), '--raw', 'config', 'get', name], {
        env: { ...process.env, REDISCLI_AUTH: 'pass' },
        encoding: 'utf8',
      }).split('\n')[1]
    expect(setting('appendonly')).toBe('yes')
    expect(setting('appendfsync')).toBe('always')
    expect(setting('maxmemory-policy')).toBe('noeviction')
    expect(setting('maxmemory')).toBe(String(64 * 1024 * 1024))
    expect(setting('save')).toBe('')
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
  })
})
