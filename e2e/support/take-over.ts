import { globalKeys } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { copyFile, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { ADMIN_TOKEN, ENCRYPTION_KEY, type Expected } from '../fixtures/release.ts'
import type { Member } from './api.ts'
import { startStack, type Stack, type StackOptions } from './stack.ts'

const fixture = (release: string, file: string) => resolve(import.meta.dirname, '../fixtures', release, file)

export const redisFile = (release: string) => fixture(release, 'redis.rdb')

export const readExpected = async (release: string) =>
  JSON.parse(await readFile(fixture(release, 'expected.json'), 'utf8')) as Expected

/** The product on what a release left behind, in Redis and at Apple, with no worker yet. */
export async function takeOver(release: string, expected: Expected, options: StackOptions = {}): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'flightroster-take-over-'))
  const dataFile = join(directory, 'apple.json')
  await copyFile(fixture(release, 'apple.json'), dataFile)
  return startStack({
    ...options,
    workers: 0,
    isEmpty: true,
    redis: { data: redisFile(release) },
    emulator: { dataFile, quota: { hourLimit: 100_000 } },
    env: {
      ADMIN_TOKEN,
      ENCRYPTION_KEY,
      DASHBOARD_USERS: `ann:operator:${expected.passwordHash}`,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      QUIET_AFTER_WRITE_SECONDS: '1',
      ...options.env,
    },
  })
}

/** A session lives for hours, and dedup marks for days: the file is older. The day in which that release may run beside is over. */
export async function bringUpToDate(stack: Stack): Promise<void> {
  const redis = new Redis(stack.redis.url)
  await redis.set(globalKeys.packedFrom, 0)
  for (const key of await redis.keys('fr:session:*')) {
    const session = JSON.parse((await redis.get(key)) ?? '{}')
    await redis.set(key, JSON.stringify({ ...session, createdAt: Date.now() }))
  }
  const WEEK_MS = 7 * 86_400_000
  const period = Math.floor(Date.now() / WEEK_MS)
  for (const key of [...(await redis.keys('*:seen:*')), ...(await redis.keys('*:marks:*'))]) {
    const now = key.replace(/(:seen:|:marks:)\d+/, `$1${period}`)
    if (now !== key) await redis.rename(key, now)
  }
  redis.disconnect()
}

/** Everybody is where the newest accepted event says, at Apple and in what the API tells. */
export async function expectWanted(stack: Stack, { wanted, groups }: Expected): Promise<void> {
  await eventually(
    async () => {
      for (const [roster, people] of Object.entries(wanted)) {
        const addresses = Object.values(people).filter((email) => email !== null)
        expect({ roster, in: stack.emulator.groupMembers(groups[roster] ?? '').sort() }).toEqual({
          roster,
          in: addresses.sort(),
        })
        const members = await stack.api.all<Member>(`/v1/rosters/${roster}/members`)
        const present = members.filter(({ desired, status }) => desired === 'present' && status !== 'failed')
        expect(present.flatMap(({ email }) => email ?? []).sort()).toEqual(addresses)
        expect(members.filter(({ status }) => status === 'pending')).toEqual([])
      }
    },
    { timeoutMs: 150_000, everyMs: 500 },
  )
}
