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

it('locks after ten wrong passwords, says so, and goes on taking events while hundreds are tried', async () => {
  const { url } = running.stack.api
  const attempt = async (password: string) => {
    const body = new URLSearchParams({ name: 'ann', password })
    return (await fetch(`${url}/login`, { method: 'POST', body, headers: { origin: url }, redirect: 'manual' })).status
  }
  const statuses: number[] = []
  // Ten guessers, so that this process is not what takes the time.
  const guessing = Promise.all(
    Array.from({ length: 10 }, async (_, guesser) => {
      for (let at = 0; at < 30; at++) statuses.push(await attempt(`guess-${guesser}-${at}`))
    }),
  )
  await postEvents(500)
  await guessing
  expect(statuses.filter((status) => status === 401)).toHaveLength(10)
  expect(statuses.filter((status) => status === 429)).toHaveLength(290)
  expect(await attempt(PASSWORD)).toBe(429)

  const { page, faults } = await running.open()
  await page.goto('/login')
  await page.getByLabel('Name').fill('ann')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  expect(await page.getByRole('alert').textContent()).toMatch(/Too many wrong passwords\. Try again in 1\d minutes/)
  expect(faults).toEqual([])
})
