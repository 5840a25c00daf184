import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { checkRedis } from './health.ts'
import { NEEDED } from './permissions.ts'

const { redis: admin, server } = await withRedis()
const address = new URL(server.url)
address.username = 'flightroster'
address.password = 'PASSWORD'

const STORE = join(import.meta.dirname, '..')
const LINE = /^ACL SETUSER (flightroster .*)$/m.exec(
  readFileSync(join(STORE, '../../../../docs/operating.md'), 'utf8'),
)?.[1]

async function start(...rules: string[]): Promise<string> {
  await admin.call('ACL', 'DELUSER', 'flightroster')
  await admin.call('ACL', 'SETUSER', ...(LINE as string).split(' '), ...rules)
  const user = new Redis(address.href, { enableReadyCheck: false })
  user.on('error', () => {})
  try {
    await user.ping().catch(() => {})
    await checkRedis(user)
    return 'starts'
  } catch (error) {
    return (error as Error).message
  } finally {
    user.disconnect()
  }
}

describe('a restricted user of Redis', () => {
  it('may do all that is needed by the line that is documented, and leaves nothing behind', async () => {
    expect(await start()).toBe('starts')
    expect(await admin.call('ACL', 'LOG')).toEqual([])
    expect(await admin.keys('fr:*')).toEqual([])
  })

  it.each([
    ['-xadd', /needed: XADD\. docs\/operating\.md/],
    ['-info', /needed: INFO\./],
    ['-@scripting', /needed: EVAL, EVALSHA, SCRIPT\./],
    ['-subscribe', /needed: SUBSCRIBE\./],
    ['-multi', /needed: MULTI\./],
    ['resetchannels', /needed: channels\./],
    ['resetkeys', /needed: keys that begin with fr:\./],
  ])('is refused at the start in words with %s', async (rule, words) => {
    expect(await start(rule)).toMatch(words)
  })

  it('is asked about every command of the scripts, BullMQ’s included', () => {
    const bullmq = dirname(createRequire(import.meta.url).resolve('bullmq'))
    const folders = [STORE, join(bullmq, 'scripts')]
    const sources = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.lua') || (folder !== STORE && name.endsWith('.js')))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    )
    const sent = sources.flatMap((text) =>
      [...text.matchAll(/(?:rcall|redis\.p?call)\(\s*['"]([A-Za-z]+)/g)].map(([, name = '']) => name.toLowerCase()),
    )
    const asked = new Set(NEEDED.map(([name]) => name))
    expect(sent.length).toBeGreaterThan(500)
    expect([...new Set(sent)].filter((name) => !asked.has(name))).toEqual([])
  })
})
