import { eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { startStack } from './support/stack.ts'

type LiveOn = (demo: { base: string; adminToken: string; emulator: string; stepMs: number }) => Promise<void>

interface Described {
  status: string
  counts: Record<string, number>
  warnings: { code: string }[]
  builds: { usable: number; runsOutAt: string | null }
}

it('the demo shows life: people accept, install and fail, a plan is held, a roster is paused, a build is about to expire', async () => {
  const life = new URL('../scripts/lib/demo-life.mjs', import.meta.url).href
  const { liveOn } = (await import(life)) as { liveOn: LiveOn }
  await using stack = await startStack()
  const { api } = stack
  await api.must('PUT', '/v1/rosters/gold/members/u-1', { email: 'ann@example.com' }, 202)
  const demo = { base: api.url, adminToken: api.token, emulator: stack.emulator.url, stepMs: 300 }
  await liveOn(demo)
  const read = (roster: string) => api.must<Described>('GET', `/v1/rosters/${roster}`, undefined, 200)
  await eventually(
    async () => {
      const { status, counts } = await read('silver')
      expect(status).toBe('held')
      expect(counts.accepted).toBeGreaterThan(0)
      expect(counts.installed).toBeGreaterThan(0)
      expect(counts.failed).toBe(1)
    },
    { everyMs: 200 },
  )
  const silver = await read('silver')
  expect(Date.parse(silver.builds.runsOutAt ?? '') - Date.now()).toBeLessThan(6 * 86_400_000)
  expect(await read('bronze')).toMatchObject({ status: 'paused', counts: { pending: 5 } })

  // A second start finds all of it.
  const before = await read('silver')
  await liveOn(demo)
  expect((await read('silver')).counts).toEqual(before.counts)
})
