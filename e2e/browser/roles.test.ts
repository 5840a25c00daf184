import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsole, PASSWORD, type RunningConsole } from './support/console.ts'
import { addSampleData, type Person } from './support/sample-data.ts'

let running: RunningConsole
let people: Person[]

beforeAll(async () => {
  running = await startConsole()
  people = await addSampleData(running.stack)
  const byAddress = { id: 'Mail.As.Id@example.org', email: 'mail.as.id@example.org' }
  await running.stack.api.must(
    'POST',
    '/v1/events',
    [{ type: 'member.joined', data: { roster: 'gold', member: byAddress } }],
    202,
  )
})
afterAll(() => running[Symbol.asyncDispose]())

const PAGES = [
  '/console',
  '/console/rosters/gold',
  '/console/rosters/gold/members',
  '/console/rosters/gold/members?status=failed',
  '/console/rosters/gold/member?id=u-100',
  '/console/rosters/gold/member?id=u-902',
  '/console/rosters/gold/plans',
  '/console/rosters/gold/idle',
  '/console/audit',
  '/lanes',
  '/dashboard',
  '/dashboard/queue/lane-acme?status=completed',
]

describe('a viewer', () => {
  it('sees no full address, no name and no key on any page, in its text, its links or its data', async () => {
    const { page, faults } = await running.openAs('bob')
    const bodies: string[] = []
    page.on('response', async (response) => {
      const type = response.headers()['content-type'] ?? ''
      if (/html|json/.test(type)) bodies.push(await response.text().catch(() => ''))
    })
    for (const path of [...PAGES, `/console/seats/acme/${running.stack.app}`]) {
      const answer = await page.goto(path, { waitUntil: 'networkidle' })
      expect([path, answer?.status()]).toEqual([path, 200])
    }
    await page.goto('/console/rosters/gold/members')
    while (await page.getByRole('link', { name: 'Next' }).count())
      await page.getByRole('link', { name: 'Next' }).click()
    const all = bodies.join('\n')
    expect(all.match(/[\w.]+(?:@|%40)example/gi)).toBeNull()
    for (const { lastName } of people) expect(all).not.toContain(`>${lastName}`)
    expect(all).not.toContain('PRIVATE KEY')
    expect(all).toContain('u-100')
    expect(faults).toEqual([])
  })

  it('finds nobody by an address, of which a viewer sees none', async () => {
    const { page } = await running.openAs('bob')
    const email = people[0]?.email ?? ''
    await page.goto(`/console/rosters/gold/members?q=${email.slice(0, 5)}`)
    expect(await page.textContent('main')).toContain('Nobody matches')
    await page.goto(`/console/rosters/gold/members?q=${email}`)
    expect(await page.textContent('main')).toContain('Nobody matches')
    await page.goto('/console/rosters/gold/members?q=u-100')
    expect(await page.textContent('main')).toContain('u-100')
  })

  it('is refused every change that an operator may make, and sees no button for one', async () => {
    const { page } = await running.openAs('bob')
    for (const path of ['/console/rosters/gold', '/console/rosters/gold/member?id=u-100', '/lanes']) {
      await page.goto(path)
      expect(
        await page
          .getByRole('main')
          .getByRole('button')
          .filter({ hasNotText: /Search|Show/ })
          .count(),
      ).toBe(0)
    }
    const origin = running.stack.api.url
    const changes = ['/console/rosters/gold/pause', '/console/connect', '/lanes/acme/pause', '/console/people']
    for (const path of changes) {
      const answer = await page.request.post(path, { headers: { origin } })
      expect([path, answer.status()]).toEqual([path, 403])
    }
    const answer = await page.request.put('/dashboard/api/queues/lane-acme/pause', { headers: { origin } })
    expect(answer.status()).toBe(403)
    expect((await running.stack.api.get<{ status: string }>('/v1/rosters/gold')).body.status).toBe('active')
  })
})

describe('an operator', () => {
  it('sees why somebody is not in, first, and what happened as sentences', async () => {
    const { page, faults } = await running.openAs('ann')
    await page.getByLabel('Where is').fill(people[1]?.email ?? '')
    await page.getByRole('button', { name: 'Find a person on all rosters' }).click()
    expect(await page.textContent('main')).toContain("Apple's invitation is out")
    await page.goto('/console/rosters/gold/member?id=u-901')
    expect(await page.getByLabel('Where this person stands').textContent()).toMatch(
      /No e-mail address is known yet[\s\S]*link to their own page/,
    )
    await page.goto('/console/rosters/gold/member?id=u-100')
    expect(await page.textContent('.timeline')).toMatch(
      /Asked App Store Connect\. Now invited[\s\S]*The membership began, by an event/,
    )
    await page.getByRole('button', { name: 'Sync with Apple now' }).click()
    expect(await page.getByRole('status').textContent()).toContain('ahead of the backlog')
    expect(faults).toEqual([])
  })

  it('pauses a lane in Bull Board, which holds, and finds a queue by a part of its name', async () => {
    const { page, faults } = await running.openAs('ann')
    await page.goto('/dashboard?q=acm', { waitUntil: 'networkidle' })
    expect(new URL(page.url()).pathname).toBe('/dashboard/q/acm')
    await page.getByText('acme', { exact: true }).first().waitFor()
    const status = await page.evaluate(
      async () => (await fetch('/dashboard/api/queues/lane-acme/pause', { method: 'PUT' })).status,
    )
    expect(status).toBe(200)
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByText('Paused').first().waitFor()
    await page.goto('/lanes')
    await page.getByRole('button', { name: 'Resume acme' }).click()
    expect(await page.getByRole('status').textContent()).toContain('goes on')
    expect(faults).toEqual([])
  })
})

describe('whoever has not logged in', () => {
  it('gets the login on every page, then the page that was asked for', async () => {
    const { page } = await running.open()
    expect((await page.goto('/lanes?q=ac'))?.status()).toBe(401)
    await page.getByLabel('Name').fill('bob')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/lanes?q=ac')
  })

  it('cannot frame a page, and changes from another site are refused', async () => {
    const { page } = await running.openAs('ann')
    await page.route('http://evil.test/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${running.stack.api.url}/console"></iframe>` }),
    )
    await page.goto('http://evil.test/')
    await page.waitForTimeout(500)
    expect(page.frames().some((frame) => frame.url().endsWith('/console'))).toBe(false)
  })
})
