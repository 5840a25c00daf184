import { afterAll, beforeAll, expect, it } from 'vitest'
import { startConsole, PASSWORD, type RunningConsole } from './support/console.ts'

let running: RunningConsole

beforeAll(async () => {
  running = await startConsole()
})
afterAll(() => running[Symbol.asyncDispose]())

async function timedEvents(count: number): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at < count; at++) {
    const event = { type: 'member.left', data: { roster: 'gold', member: { id: `nobody-${at}` } } }
    const begun = performance.now()
    await running.stack.api.must('POST', '/v1/events', event, 202)
    times.push(performance.now() - begun)
  }
  return times.sort((a, b) => a - b)
}

const p99 = (times: number[]) => times[Math.floor(times.length * 0.99)] ?? Infinity

it('locks after ten wrong passwords, says so, and the p99 of the API does not notice hundreds of tries', async () => {
  const { url } = running.stack.api
  const attempt = async (password: string) => {
    const body = new URLSearchParams({ name: 'ann', password })
    return (await fetch(`${url}/login`, { method: 'POST', body, headers: { origin: url }, redirect: 'manual' })).status
  }
  await timedEvents(100)
  const calm = p99(await timedEvents(500))
  const statuses: number[] = []
  // Ten guessers, so that this process is not what takes the time.
  const guessing = Promise.all(
    Array.from({ length: 10 }, async (_, guesser) => {
      for (let at = 0; at < 30; at++) statuses.push(await attempt(`guess-${guesser}-${at}`))
    }),
  )
  const busy = p99(await timedEvents(500))
  await guessing
  expect(busy).toBeLessThan(Math.max(150, 3 * calm))
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
