import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startConsole } from './support/console.ts'
import { addMoreRosters, addSampleData, addSampleHistory, addSampleLanes } from './support/sample-data.ts'

const FOLDER = resolve(import.meta.dirname, '../../docs/screenshots')
/** "pnpm screenshots" sets it: a test run leaves the committed pictures alone. */
const WANTED = process.env['SCREENSHOTS'] === '1'

const PAGES: [string, string][] = [
  ['rosters', '/console'],
  ['roster', '/console/rosters/gold'],
  ['person', '/console/rosters/gold/member?id=u-103'],
  ['lanes', '/lanes'],
  ['queues', '/dashboard'],
  ['connect', '/console/connect'],
]

it.runIf(WANTED)('takes a picture of each main page, light and dark', { timeout: 240_000 }, async () => {
  await using running = await startConsole()
  await addSampleData(running.stack)
  await addSampleLanes(running.stack, 12)
  await addSampleHistory(running.stack)
  await addMoreRosters(running.stack)
  await running.stack.api.must('POST', '/v1/team-keys/studio-3/pause', undefined, 200)
  await mkdir(FOLDER, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await running.openAs('ann', { colorScheme, reducedMotion: 'reduce' })
    for (const [name, path] of PAGES)
      await take(page, path, `${FOLDER}/${name}${colorScheme === 'dark' ? '-dark' : ''}.png`)
    expect(faults).toEqual([])
  }
})

async function take(page: Page, path: string, file: string): Promise<void> {
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.screenshot({ path: file, fullPage: path !== '/dashboard' })
}
