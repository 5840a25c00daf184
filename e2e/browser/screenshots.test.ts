import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startConsole } from './support/console.ts'
import {
  addMoreRosters,
  addSampleData,
  addSampleHistory,
  addSampleLanes,
  addSampleSources,
  type SamplePages,
} from './support/sample-data.ts'

const FOLDER = resolve(import.meta.dirname, '../../docs/screenshots')
/** "pnpm screenshots" sets it: a test run leaves the committed pictures alone. */
const WANTED = process.env['SCREENSHOTS'] === '1'

const pagesOf = ({ plan, group, member }: SamplePages, seats: string): [string, string][] => [
  ['start', '/'],
  ['rosters', '/console'],
  ['roster', '/console/rosters/gold'],
  ['members', '/console/rosters/gold/members'],
  ['person', '/console/rosters/gold/member?id=u-103'],
  ['plan', plan],
  ['seats', seats],
  ['idle', '/console/rosters/gold/idle'],
  ['activity', '/console/activity'],
  ['webhooks', '/console/webhooks'],
  ['notices', '/console/notices'],
  ['source', '/console/sources/shop'],
  ['scim', group],
  ['lanes', '/lanes'],
  ['queues', '/dashboard'],
  ['connect', '/console/connect'],
  ['own-page', member],
]

const PHONE = { width: 390, height: 844 }

it.runIf(WANTED)('takes a picture of each main page, light and dark', { timeout: 900_000 }, async () => {
  await using running = await startConsole()
  await addSampleData(running.stack)
  await addSampleLanes(running.stack, 12)
  await addSampleHistory(running.stack)
  await addMoreRosters(running.stack)
  await running.stack.api.must('POST', '/v1/team-keys/studio-3/pause', undefined, 200)
  const pages = pagesOf(await addSampleSources(running.stack), `/console/seats/acme/${running.stack.app}`)
  await mkdir(FOLDER, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await running.openAs('ann', { colorScheme, reducedMotion: 'reduce' })
    const more = colorScheme === 'dark' ? '-dark' : ''
    for (const [name, path] of pages) {
      await take(page, path, `${FOLDER}/${name}${more}.png`)
      await page.setViewportSize(PHONE)
      await take(page, path, `${FOLDER}/${name}-phone${more}.png`)
      await page.setViewportSize({ width: 1280, height: 860 })
    }
    expect(faults).toEqual([])
  }
})

async function take(page: Page, path: string, file: string): Promise<void> {
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.screenshot({ path: file, fullPage: path !== '/dashboard' })
}
