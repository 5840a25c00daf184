import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execFileSync } from 'node:child_process'
import { openPage, startBrowser } from './support/browser.ts'
import { startConsole, type RunningConsole } from './support/console.ts'

let running: RunningConsole

beforeAll(async () => {
  running = await startConsole({ workers: 0 })
})
afterAll(() => running[Symbol.asyncDispose]())

async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- put there by the script.
    const { violations } = await (globalThis as any).axe.run()
    return violations.map(
      ({ id, nodes }: { id: string; nodes: { html: string; target: unknown }[] }) =>
        `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  })
}

const SOME_OPERATIONS = [
  'Record membership events',
  'Make the roster equal to a whole list',
  'Create a roster, or change its rules',
  'List members',
  'Take a token back',
]

describe('the reference', () => {
  it('has a title, finds what is searched, and asks no other host for anything', async () => {
    const { page, faults } = await running.open()
    const answer = await page.goto('/docs')
    expect(answer?.headers()['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(await page.title()).toBe('API reference · Flightroster')
    await page.locator('#nav-bar-search').fill('Send a delivery')
    await page.getByText('Send a delivery once more').first().waitFor()
    await page.getByText('Record membership events').first().waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('has nothing that axe objects to, whatever is opened', async () => {
    const { page } = await running.open({ bypassCSP: true })
    await page.goto('/docs')
    await page.getByText('Record membership events').first().waitFor()
    const faults = await faultsOf(page)
    for (const summary of SOME_OPERATIONS) {
      await page.getByText(summary).first().click()
      await page.getByText('Code samples').first().waitFor()
      faults.push(...(await faultsOf(page)).map((fault) => `${summary}: ${fault}`))
    }
    expect(faults).toEqual([])
  })

  it('works over plain http on any host name', async () => {
    const { port } = new URL(running.stack.api.url)
    const browser = await startBrowser(['--host-resolver-rules=MAP flightroster.internal 127.0.0.1'])
    const { page, faults } = await openPage(browser, `http://flightroster.internal:${port}`)
    await page.goto('/docs')
    await page.getByText('Record membership events').first().waitFor()
    await page.goto('/login')
    expect(faults).toEqual([])
    await browser.close()
  })

  it('has lines that work when pasted into a shell, with a token in $TOKEN', async () => {
    const document = (await running.stack.api.get('/openapi.json')).body as {
      paths: Record<string, Record<string, { 'x-code-samples': { source: string }[] }>>
    }
    const run = (path: string, method: string) => {
      const { source } = document.paths[path]?.[method]?.['x-code-samples'][0] ?? { source: '' }
      const env = { ...process.env, TOKEN: running.stack.api.token }
      return JSON.parse(
        execFileSync('sh', ['-c', source.replace(/^curl /, 'curl -s ')], { env, encoding: 'utf8' }),
      ) as object
    }
    expect(run('/v1/events', 'post')).toMatchObject({ accepted: 1, rejected: 0 })
    expect(run('/v1/rosters/{rosterId}/members', 'get')).toMatchObject({ items: [{ id: 'u-2001' }] })
    expect(run('/v1/rosters/{rosterId}', 'get')).toMatchObject({ id: 'gold' })
    expect(run('/v1/webhooks/{webhookId}', 'put')).toHaveProperty('secret')
    expect(run('/v1/tokens', 'post')).toHaveProperty('token')
    expect(run('/v1/rosters/{rosterId}/members/{memberId}', 'put')).toMatchObject({ status: 'accepted' })
    expect(run('/v1/rosters/{rosterId}/members', 'put')).toHaveProperty('plan')
  })
})
