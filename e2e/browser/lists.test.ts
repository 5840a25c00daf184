import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsole, type RunningConsole } from './support/console.ts'
import { addSampleData, settled, type Person } from './support/sample-data.ts'

let running: RunningConsole
let people: Person[]

beforeAll(async () => {
  running = await startConsole()
  people = await addSampleData(running.stack)
})
afterAll(() => running[Symbol.asyncDispose]())

const toCsv = (rows: Person[]) =>
  [
    'id,email,firstName,lastName',
    ...rows.map((row) => [row.id, row.email, row.firstName, row.lastName].join(',')),
  ].join('\n')

describe('a whole list', () => {
  it('is shown as a plan first, changes nothing until it is taken over, and names bad rows', async () => {
    const { page, faults } = await running.openAs('ann', { javaScriptEnabled: false })
    const more = { id: 'u-500', email: 'new.person@example.com', firstName: 'New', lastName: 'Person' }
    const csv = `${toCsv([...people, more])}\nu-501,no address,,\nu-901,,Zoe,Quinn\nu-902,no.apple.account@invalid,,\n`
    await page.goto('/console/rosters/gold/upload')
    await page
      .getByLabel('A CSV file')
      .setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Show what would change' }).click()
    const plan = await page.textContent('main')
    expect(plan).toMatch(/Nothing has happened yet[\s\S]*1 row left out/)
    expect(plan).toContain('new.person@example.com')
    expect((await running.stack.api.get('/v1/rosters/gold/members/u-500')).status).toBe(404)
    await page.getByRole('button', { name: 'Take this list over' }).click()
    await settled(running.stack, ({ pending }) => pending === 0)
    expect((await running.stack.api.get('/v1/rosters/gold/members/u-500')).status).toBe(200)
    expect(faults).toEqual([])
  })

  it('that would remove many is held; who would leave is shown by name, and nobody does until it is approved', async () => {
    const { page, faults } = await running.openAs('ann')
    await page.goto('/console/rosters/gold/upload')
    await page.getByLabel('or its text').fill(toCsv(people.slice(0, 20)))
    await page.getByRole('button', { name: 'Show what would change' }).click()
    expect(await page.textContent('main')).toMatch(/The removals would be held/)
    await page.getByRole('button', { name: 'Take this list over' }).click()
    await page.goto('/console/rosters/gold')
    await page.getByRole('link', { name: 'See who, and decide' }).click()
    expect(await page.textContent('main')).toContain(people[39]?.email)
    const before = running.stack.emulator.groupMembers(running.stack.group).length
    await page.getByLabel('Your reason').fill('They left on Friday')
    await page.getByRole('button', { name: /Approve/ }).click()
    expect(await page.getByRole('status').textContent()).toContain('exactly the people shown leave')
    await settled(running.stack, ({ pending, removed }) => pending === 0 && (removed ?? 0) >= 20)
    expect(running.stack.emulator.groupMembers(running.stack.group).length).toBeLessThanOrEqual(before - 20)
    await page.goto('/console/audit')
    expect(await page.textContent('main')).toMatch(/user:ann[\s\S]*plan\.approve/)
    expect(faults).toEqual([])
  })
})
