import { afterAll, beforeAll, expect, it } from 'vitest'
import { startConsole, PASSWORD, type RunningConsole } from './support/console.ts'

let running: RunningConsole

beforeAll(async () => {
  running = await startConsole()
})
afterAll(() => running[Symbol.asyncDispose]())

async function postEvents(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const event = { type: 'member.left', data: { roster: 'gold', member: { id: `nobody-${at}` } } }
    await running.stack.api.must('POST', '/v1/events', event, 202)
  }
}

it('slows guesses down, goes on taking events meanwhile, and locks nobody out of a browser that logged in before', async () => {
  const { url } = running.stack.api
  const { page, faults } = await running.open()
  const logIn = async () => {
    await page.goto('/login')
    await page.getByLabel('Name').fill('ann')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForURL((at) => !at.pathname.startsWith('/login'))
  }
  await logIn()

  const guess = async (password: string) => {
    const body = new URLSearchParams({ name: 'ann', password })
    return (await fetch(`${url}/login`, { method: 'POST', body, headers: { origin: url }, redirect: 'manual' })).status
  }
  const statuses: number[] = []
  // More of them than there are turns to wait for.
  const guessing = Promise.all(
    Array.from({ length: 24 }, async (_, guesser) => {
      for (let at = 0; at < 3; at++) statuses.push(await guess(`guess-${guesser}-${at}`))
    }),
  )
  await postEvents(300)
  await guessing
  const told = new Set(statuses)
  expect(told.has(401)).toBe(true)
  // Past ten wrong passwords the next ones wait for their turn; who asks at once for more than there are turns is told when.
  expect(told.has(429)).toBe(true)
  told.delete(401)
  told.delete(429)
  expect([...told]).toEqual([])

  await page.context().clearCookies({ name: 'flightroster_session' })
  await logIn()
  expect(faults).toEqual([])
})
