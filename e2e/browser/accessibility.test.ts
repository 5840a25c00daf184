import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsole, type RunningConsole } from './support/console.ts'
import {
  addMoreRosters,
  addSampleData,
  addSampleHistory,
  addSampleSources,
  addSampleUsage,
  type SamplePages,
} from './support/sample-data.ts'

let running: RunningConsole
let sample: SamplePages

beforeAll(async () => {
  running = await startConsole()
  await addSampleData(running.stack)
  await addSampleHistory(running.stack)
  await addSampleUsage(running.stack)
  await addMoreRosters(running.stack)
  sample = await addSampleSources(running.stack)
})
afterAll(() => running[Symbol.asyncDispose]())

const pages = () => [
  '/',
  '/console',
  '/console/rosters/gold',
  '/console/rosters/silver',
  '/console/rosters/gold/members',
  '/console/rosters/gold/member?id=u-100',
  '/console/rosters/gold/member?id=u-901',
  '/console/rosters/silver/plans',
  '/console/rosters/gold/idle',
  '/console/rosters/gold/settings',
  '/console/rosters/gold/upload',
  '/console/rosters/gold/connected',
  `/console/seats/acme/${running.stack.app}`,
  '/console/connect',
  '/console/connect/acme/app',
  `/console/connect/acme/group?app=${running.stack.app}`,
  `/console/connect/acme/rules?app=${running.stack.app}&group=new&name=Beta`,
  '/console/audit',
  '/console/activity',
  '/console/webhooks',
  '/console/webhooks/crm',
  '/console/notices',
  '/console/notices/ops',
  '/console/sources',
  '/console/sources/shop',
  '/console/scim',
  sample.group,
  sample.member,
  `${sample.member}/leave`,
  '/m/void',
  '/login',
  // What is said where something is not there.
  '/console/rosters/nothing',
  sample.plan,
  '/console/rosters/gold/activity',
  '/lanes',
  '/dashboard',
  '/dashboard/queue/lane-acme?status=completed',
  '/dashboard/q/nothing-like-it',
]

async function faultsOf(page: Page, path: string): Promise<string[]> {
  // Bull Board draws itself once it has read its queues.
  await page.goto(path, { waitUntil: path.startsWith('/dashboard') ? 'networkidle' : 'load' })
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- put there by the script.
    const { violations } = await (globalThis as any).axe.run()
    return violations.map(
      ({ id, help, nodes }: { id: string; help: string; nodes: { html: string }[] }) =>
        `${id}: ${help}: ${nodes[0]?.html}`,
    )
  })
}

describe('the pages', () => {
  it.each(['light', 'dark'] as const)('have nothing that axe objects to, %s', async (colorScheme) => {
    const { page } = await running.openAs('ann', { colorScheme, bypassCSP: true })
    const faults: string[] = []
    for (const path of pages()) faults.push(...(await faultsOf(page, path)).map((fault) => `${path} ${fault}`))
    expect(faults).toEqual([])
  })

  it('let the keyboard skip the navigation and reach every control, with a visible focus', async () => {
    const { page } = await running.openAs('ann')
    await page.goto('/console/rosters/gold')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate("document.activeElement.closest('main') !== null")).toBe(true)
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    expect(outline).toBe('solid')
  })

  it('fit a phone without scrolling sideways, also where ids and addresses are long, and no list of theirs hides a column', async () => {
    const id = 'the-billing-system-of-the-beta-programme-of-the-year-2026_1'
    const { api } = running.stack
    const rule = { types: ['*'], rosters: ['press'] }
    await api.must('PUT', `/v1/webhooks/${id}`, { url: `https://billing.example.com/${id}/${id}`, ...rule }, 201)
    await api.must('PUT', `/v1/notices/${id}`, { kind: 'email', target: 'ops@example.com', ...rule }, 201)
    const { page } = await running.openAs('ann', { viewport: { width: 390, height: 800 } })
    const wide: string[] = []
    for (const path of [...pages(), `/console/webhooks/${id}`, `/console/notices/${id}`]) {
      await page.goto(path)
      const regions: string[] = await page.evaluate(
        `[document.documentElement, ...document.querySelectorAll('.scroll')]
          .filter((one) => one.scrollWidth > one.clientWidth && one.closest('details:not([open])') === null)
          .map((one) => one.getAttribute('aria-label') ?? 'the page')`,
      )
      wide.push(...regions.map((region) => `${path}: ${region}`))
    }
    expect(wide).toEqual([])
  })

  it('have one row of navigation on a screen of 1280 px', async () => {
    const { page } = await running.openAs('ann')
    await page.goto('/console')
    const below =
      "new Set([...document.querySelectorAll('.bar .inside > *')].map((one) => one.getBoundingClientRect().bottom > 60))"
    expect(await page.evaluate(`[...${below}]`)).toEqual([false])
  })
})
