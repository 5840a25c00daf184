import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '@flightroster/core/testing'
import { formatEntry } from '../../domain/timeline.ts'
import { laneKeys } from '../keys.ts'
import { createMembers } from '../member/members.ts'
import { timePasses } from '../../../testing/time-passes.ts'
import { recordChanges } from '../lane/record-changes.ts'

/** What makes a power cut of a kill; without a C compiler there is none. */
const CC = spawnSync('cc', ['--version']).status === 0

let folder: string
let library: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flightroster-power-'))
  library = join(folder, 'lost-page-cache.so')
  if (!CC) return
  const source = join(import.meta.dirname, '../../../testing/lost-page-cache.c')
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Records one change after the other for so long, and tells who was acknowledged when. */
async function record(server: TestRedis, forMs: number, client: Redis): Promise<Map<string, number>> {
  await client.sadd(laneKeys('acme').rosters, 'gold')
  const acknowledged = new Map<string, number>()
  const end = performance.now() + forMs
  for (let at = 0; performance.now() < end; at++) {
    const member = `u${at}`
    const change = {
      roster: 'gold',
      member,
      kind: 'join' as const,
      email: `${member}@example.com`,
      firstName: null,
      lastName: null,
      time: undefined,
      priority: 'interactive' as const,
      digest: undefined,
      timelineEntry: formatEntry({ t: Date.now(), k: 'joined', o: 'event' }),
    }
    await recordChanges(client, { teamKey: 'acme', changes: [change], dedupMs: 60_000, now: undefined, packed: true })
    acknowledged.set(member, performance.now())
    await timePasses(2)
  }
  return acknowledged
}

/** Who of them is not there any more. */
async function missing(client: Redis, acknowledged: Map<string, number>): Promise<string[]> {
  const found = await createMembers(client, 'acme', 'gold').findMany([...acknowledged.keys()])
  return [...acknowledged.keys()].filter((_, at) => found[at] === undefined)
}

const connect = (server: TestRedis) => new Redis(server.url, { maxRetriesPerRequest: null })

describe('a power cut', () => {
  it.runIf(CC)(
    'loses nothing that was acknowledged with appendfsync always (cc; skipped where there is none)',
    async () => {
      await using server = await startRedis({ appendFsync: 'always', env: { LD_PRELOAD: library } })
      const redis = connect(server)
      const acknowledged = await record(server, 1_500, redis)
      await server.kill()
      await server.restart()
      expect(acknowledged.size).toBeGreaterThan(20)
      expect(await missing(redis, acknowledged)).toEqual([])
      redis.disconnect()
    },
  )

  it.runIf(CC)(
    'loses at most the last two seconds with appendfsync everysec (cc; skipped where there is none)',
    async () => {
      await using server = await startRedis({ appendFsync: 'everysec', env: { LD_PRELOAD: library } })
      const redis = connect(server)
      const acknowledged = await record(server, 3_400, redis)
      const cutAt = performance.now()
      await server.kill()
      await server.restart()
      const lost = await missing(redis, acknowledged)
      // That something is lost shows that the cut is one.
      expect(lost.length).toBeGreaterThan(0)
      expect(cutAt - Math.min(...lost.map((member) => acknowledged.get(member) ?? 0))).toBeLessThan(2_000)
      redis.disconnect()
    },
  )

  it('that cut the append-only file short leaves everything before its last command', async () => {
    await using server = await startRedis({ appendFsync: 'always' })
    const redis = connect(server)
    const acknowledged = await record(server, 300, redis)
    await server.kill()
    const files = join(server.directory, 'appendonlydir')
    const newest = join(files, readdirSync(files).find((name) => name.endsWith('.incr.aof')) ?? '')
    truncateSync(newest, statSync(newest).size - 10)
    await server.restart()
    expect(await missing(redis, acknowledged)).toEqual([[...acknowledged.keys()].at(-1)])
    redis.disconnect()
  })
})

describe('SCRIPT FLUSH under load', () => {
  it('scripts that are flushed under load lose and double nothing', async () => {
    await using server = await startRedis()
    const redis = connect(server)
    const other = connect(server)
    let flushes = 0
    let recording = true
    const flushing = (async () => {
      while (recording) {
        await other.script('FLUSH')
        flushes++
      }
    })()
    const acknowledged = await record(server, 1_000, redis)
    recording = false
    await flushing
    expect(flushes).toBeGreaterThan(20)
    expect(await missing(redis, acknowledged)).toEqual([])
    const versions = await createMembers(redis, 'acme', 'gold').findMany([...acknowledged.keys()])
    expect(new Set(versions.map((member) => member?.desired.version))).toEqual(new Set([1]))
    redis.disconnect()
    other.disconnect()
  })
})
