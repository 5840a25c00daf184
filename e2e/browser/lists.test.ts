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
    await page.getByRole('button', { name: 'Apply this list' }).click()
    await settled(running.stack, ({ pending }) => pending === 0)
    expect((await running.stack.api.get('/v1/rosters/gold/members/u-500')).status).toBe(200)
    expect(faults).toEqual([])
  })

  it('whose columns have other names is asked about once, and remembered', async () => {
    const { page, faults } = await running.openAs('ann', { javaScriptEnabled: false })
    const rows = people.slice(0, 60).map((one) => [one.lastName, one.firstName, 'Rome', one.email, one.id].join(';'))
    const upload = async (list: string) => {
      await page.goto('/console/rosters/gold/upload')
      await page
        .getByLabel('A CSV file')
        .setInputFiles({ name: 'crm.csv', mimeType: 'text/csv', buffer: Buffer.from(list) })
      await page.getByRole('button', { name: 'Show what would change' }).click()
    }
    const csv = `Nachname;Vorname;Ort;E-Mail-Adresse;Record ID\n${rows.join('\n')}\n`
    await upload(csv)
    expect(await page.textContent('h1')).toBe('Which column is what?')
    expect(await page.textContent('main')).toContain(people[0]?.email)
    const chosen = await Promise.all((await page.locator('select').all()).map((one) => one.inputValue()))
    expect(chosen).toEqual(['lastName', 'firstName', '', 'email', 'id'])
    await page.getByRole('button', { name: 'Show what would change' }).click()
    expect(await page.textContent('main')).toMatch(/Nothing has happened yet[\s\S]*read as[\s\S]*id:Record ID/)
    await upload(csv)
    expect(await page.textContent('h1')).toBe('What this list would change')
    await page.getByRole('button', { name: 'Say which column is what' }).click()
    await page.getByLabel('Column 5, Record ID').selectOption('')
    await page.getByLabel('Column 4, E-Mail-Adresse').selectOption('')
    await page.getByRole('button', { name: 'Show what would change' }).click()
    expect(await page.textContent('main')).toContain('Name the column of the id or the email.')
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([])
  })

  it('that is none is named as what it is, and one of which no row was usable says nothing', async () => {
    const { page } = await running.openAs('ann', { javaScriptEnabled: false })
    const send = async (content: Buffer) => {
      await page.goto('/console/rosters/gold/upload')
      await page.getByLabel('A CSV file').setInputFiles({ name: 'members.xlsx', mimeType: 'text/csv', buffer: content })
      await page.getByRole('button', { name: 'Show what would change' }).click()
      return page.textContent('main')
    }
    const workbook = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(500, 0xe1)])
    expect(await send(workbook)).toMatch(/workbook \(\.xlsx[\s\S]*Save As/)
    const unusable = await send(Buffer.from('email\nnobody\nn/a\n'))
    expect(unusable).toMatch(/No row of this list could be used/)
    expect(unusable).toMatch(/Nobody would be removed, because some of its rows could name anybody/)
    expect(unusable).not.toContain('already matches the list')
  })

  it('that would remove many is held; who would leave is shown by name, and nobody does until it is approved', async () => {
    const { page, faults } = await running.openAs('ann')
    await page.goto('/console/rosters/gold/upload')
    await page.getByLabel('or its text').fill(toCsv(people.slice(0, 20)))
    await page.getByRole('button', { name: 'Show what would change' }).click()
    expect(await page.textContent('main')).toMatch(/The removals would be held/)
    await page.getByRole('button', { name: 'Apply this list' }).click()
    await page.goto('/console/rosters/gold')
    await page.getByRole('link', { name: 'See who, and decide' }).click()
    expect(await page.textContent('main')).toContain(people[39]?.email)
    const before = running.stack.emulator.groupMembers(running.stack.group).length
    await page.getByLabel('Your reason').fill('They left on Friday')
    await page.getByText(/^Approve: /).click()
    await page.getByRole('button', { name: /^Yes, .* leave$/ }).click()
    expect(await page.getByRole('status').textContent()).toContain('exactly the people shown leave')
    await settled(running.stack, ({ pending, removed }) => pending === 0 && (removed ?? 0) >= 20)
    expect(running.stack.emulator.groupMembers(running.stack.group).length).toBeLessThanOrEqual(before - 20)
    await page.goto('/console/audit')
    expect(await page.textContent('main')).toMatch(/user:ann[\s\S]*plan\.approve/)
    expect(faults).toEqual([])
  })
})
