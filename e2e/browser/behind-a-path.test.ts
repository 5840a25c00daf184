import { describe, expect, it } from 'vitest'
import { startPathProxy } from '../support/path-proxy.ts'
import { openPage } from './support/browser.ts'
import { PASSWORD, startConsole } from './support/console.ts'

const PATH = '/flightroster'

describe('behind a proxy that shows it under a path', () => {
  it.each([
    { how: 'takes the path off', strips: true },
    { how: 'hands the path on', strips: false },
  ])('every page, link, form, cookie and script works where the proxy $how', async ({ strips }) => {
    let target = ''
    const proxy = await startPathProxy(PATH, { strips, target: () => target })
    await using running = await startConsole({ env: { PUBLIC_URL: proxy.url, TRUST_PROXY: '1' } })
    target = running.stack.api.url
    const { page, faults } = await openPage(running.browser, new URL(proxy.url).origin)

    // Whoever has not logged in is led there, and on to where he meant to go.
    await page.goto(`${PATH}/lanes`)
    await page.getByLabel('Name').fill('ann')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForURL(`**${PATH}/lanes`)
    const cookies = await page.context().cookies()
    // The session's, and that of a browser that has logged in before.
    expect(cookies.map(({ path }) => path)).toEqual([PATH, PATH])

    // Links, one after the other.
    await page.getByRole('link', { name: 'Rosters', exact: true }).click()
    await page.getByRole('link', { name: 'gold' }).first().click()
    await page.waitForURL(`**${PATH}/console/rosters/gold`)
    // A form, and where it leads.
    await page.getByText('Pause', { exact: true }).click()
    await page.getByRole('button', { name: 'Yes, pause it' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    expect(page.url()).toContain(`${PATH}/console/rosters/gold`)

    // Bull Board's scripts ask for their data under the path as well.
    await page.getByRole('link', { name: 'Queues' }).click()
    await page.getByText('acme').first().waitFor()
    expect(page.url()).toContain(`${PATH}/dashboard`)

    await page.goto(`${PATH}/docs`)
    await page.getByText('Record membership events').first().waitFor()

    const api = await fetch(`${proxy.url}/openapi.json`)
    expect(((await api.json()) as { servers: unknown }).servers).toEqual([{ url: proxy.url }])
    const made = await fetch(`${proxy.url}/v1/rosters/gold/reconciliations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.stack.api.token}` },
    })
    expect(made.status).toBe(202)
    const location = made.headers.get('location') ?? ''
    expect(location.startsWith(`${PATH}/v1/rosters/gold/reconciliations/`)).toBe(true)

    await page.goto(`${PATH}/console`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`**${PATH}/login`)
    expect([faults, proxy.astray]).toEqual([[], []])
    await proxy.close()
  })
})
