import { eventually, startReceiver, startRedis, type TestRedis, timePasses } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLedger, type MembershipEvent } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

const ENCRYPTION_KEY = randomBytes(32).toString('base64')
const settings = { ENCRYPTION_KEY, QUIET_AFTER_WRITE_SECONDS: '1', BLOCKED_CHECK_SECONDS: '2' }

async function folderOf(redis: TestRedis): Promise<string> {
  const client = new Redis(redis.url)
  const [, folder = ''] = await client.config('GET', 'dir')
  client.disconnect()
  return folder
}

// The commands of docs/backup.md, by way of a client.
const copies = {
  async 'the append-only file'(redis: TestRedis, to: string) {
    const client = new Redis(redis.url)
    await client.config('SET', 'auto-aof-rewrite-percentage', '0')
    await eventually(async () => expect(await client.info('persistence')).toContain('aof_rewrite_in_progress:0'))
    cpSync(join(await folderOf(redis), 'appendonlydir'), join(to, 'appendonlydir'), { recursive: true })
    await client.config('SET', 'auto-aof-rewrite-percentage', '100')
    client.disconnect()
  },
  async 'a snapshot'(redis: TestRedis, to: string) {
    const client = new Redis(redis.url)
    const before = await client.lastsave()
    await timePasses(1_100)
    await client.bgsave()
    await eventually(async () => expect(await client.lastsave()).toBeGreaterThan(before))
    cpSync(join(await folderOf(redis), 'dump.rdb'), join(to, 'dump.rdb'))
    client.disconnect()
  },
}

/** A server of another machine, on what was copied. */
async function restore(folder: string): Promise<TestRedis> {
  if (existsSync(join(folder, 'appendonlydir'))) return startRedis({ appendFsync: 'always', args: ['--dir', folder] })
  // From a snapshot the append-only file is begun anew, while the server runs.
  const redis = await startRedis({ args: ['--dir', folder] })
  const client = new Redis(redis.url)
  await client.config('SET', 'appendfsync', 'always')
  await client.config('SET', 'appendonly', 'yes')
  client.disconnect()
  return redis
}

describe.each(Object.entries(copies))('a copy of %s, taken under load and restored elsewhere', (_name, copy) => {
  it('loses nothing that was acknowledged before it, removes nobody, and mails nobody twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flightroster-backup-'))
    const first = await startStack({ env: settings, emulator: { quota: { hourLimit: 1_000_000 } } })
    const ledger = createLedger(7)
    const acknowledged: MembershipEvent[] = []
    const isCopied = { value: false }
    const load = (async () => {
      for (const event of ledger.joins(400, 'load')) {
        await first.api.must('POST', '/v1/events', event, 202)
        if (!isCopied.value) acknowledged.push(event)
      }
    })()
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(40))
    const before = acknowledged.length
    await copy(first.redis, folder)
    isCopied.value = true
    await load
    await eventually(() => expect(first.emulator.groupMembers(first.group).length).toBeGreaterThan(before))
    await first.killApi()
    for (const worker of first.workers) await worker.stop('SIGKILL')

    const redis = await restore(folder)
    const stack = await startStack({
      redis,
      isEmpty: true,
      env: { ...settings, APP_STORE_CONNECT_URL: first.emulator.url },
    })
    const listed = await stack.api.all<{ id: string }>('/v1/rosters/gold/members')
    const known = new Set(listed.map(({ id }) => id))
    const wanted = acknowledged.slice(0, before).map(({ data }) => data.member.id)
    expect(wanted.filter((id) => !known.has(id))).toEqual([])
    // A reading of Apple's group, in which there are people now of whom the copy knows nothing.
    const atApple = first.emulator.groupMembers(first.group).length
    await stack.api.must('POST', '/v1/rosters/gold/reconciliations', { dryRun: false }, 202)
    await eventually(
      async () => {
        const members = await stack.api.all<{ status: string }>('/v1/rosters/gold/members')
        expect(members.filter(({ status }) => status !== 'invited')).toEqual([])
      },
      { timeoutMs: 120_000, everyMs: 500 },
    )
    expect(first.emulator.groupMembers(first.group).length).toBeGreaterThanOrEqual(atApple)
    expect(first.emulator.mails().length).toBeGreaterThan(before)
    ledger.expectOneMailEach(first.emulator)
    await stack[Symbol.asyncDispose]()
    await first[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('a lost ENCRYPTION_KEY', () => {
  it('is no reason not to start where ENCRYPTION_KEY_LOST says so, and every secret can be put again', async () => {
    const receiver = await startReceiver()
    await using stack = await startStack({
      env: { ...settings, ENCRYPTION_KEY_LOST: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' },
    })
    const { api } = stack
    const webhook = { url: receiver.url, types: ['member.*'] }
    const notice = { kind: 'slack', target: `${receiver.url}/slack`, types: ['roster.held'] }
    const source = { kind: 'stripe', secret: 'whsec_1', rosters: { '*': 'gold' } }
    await api.must('PUT', '/v1/webhooks/crm', webhook, 201)
    await api.must('PUT', '/v1/notices/ops', notice, 201)
    await api.must('PUT', '/v1/sources/shop', source, 201)
    const join = (id: string) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id, email: `${id}@example.com` } },
    })
    const becomes = (id: string, status: string) =>
      eventually(async () =>
        expect((await api.get<{ status: string }>(`/v1/rosters/gold/members/${id}`)).body.status).toBe(status),
      )
    await api.must('POST', '/v1/events', join('u-1'), 202)
    await becomes('u-1', 'invited')

    // Another key.
    await stack.restartWith({ ENCRYPTION_KEY: randomBytes(32).toString('base64') })
    await api.must('POST', '/v1/events', join('u-2'), 202)
    await eventually(async () =>
      expect((await api.get<{ problem: { code: string } }>('/v1/team-keys/acme')).body.problem?.code).toBe(
        'secret_unreadable',
      ),
    )
    await api.must('PUT', '/v1/team-keys/acme', stack.key, 200)
    await becomes('u-2', 'invited')
    await api.must('PUT', '/v1/webhooks/crm', webhook, 200)
    await api.must('POST', '/v1/webhooks/crm/rotate-secret', undefined, 200)
    await api.must('PUT', '/v1/notices/ops', notice, 200)
    expect((await api.request('POST', '/v1/sources/shop/receive', {})).body['code']).toBe('secret_unreadable')
    await api.must('PUT', '/v1/sources/shop', source, 200)
    expect((await api.request('POST', '/v1/sources/shop/receive', {})).body['code']).toBe('signature_invalid')
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(0))

    // Now the word of it can go again.
    await stack.restartWith({ ENCRYPTION_KEY_LOST: 'false' })
    await api.must('POST', '/v1/events', join('u-3'), 202)
    await becomes('u-3', 'invited')
    await receiver.close()
  })
})
