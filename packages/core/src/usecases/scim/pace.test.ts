import { expect, it } from 'vitest'
import { createSettableClock } from '../../../testing/clock.ts'
import { createPace, type Pace, type PacedRequest } from './pace.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** One request with so many pages. `underWay`: the ends of those that are worked on, in order. */
function begin(pace: Pace, count: number) {
  const underWay: ((error?: Error) => void)[] = []
  let taken = 0
  const pages = function* () {
    for (; taken < count; taken++) yield [String(taken)]
  }
  const request: PacedRequest = pace.join()
  const done = request
    .inPages(
      pages(),
      () => new Promise((resolve, reject) => underWay.push((error) => (error ? reject(error) : resolve()))),
    )
    .finally(() => request.end())
  done.catch(() => {})
  return { underWay, taken: () => taken, done }
}

/** The pages that are under way end, each so long after they began (ms). */
async function end(clock: ReturnType<typeof createSettableClock>, underWay: (() => void)[], times: number[]) {
  let passed = 0
  for (const ms of times) {
    clock.advance(ms - passed)
    passed = ms
    underWay.shift()?.()
    await settled()
  }
}

it('a store that is quick gets more pages at once, ten at most', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  const { underWay, done } = begin(pace, 30)
  for (const pages of [4, 8, 10]) {
    await settled()
    expect([pace.limit(), underWay.length]).toEqual([pages, pages])
    await end(clock, underWay.splice(0), [40, 80, 120, 160, 200, 240, 280, 320, 360, 400].slice(0, pages))
  }
  while (underWay.length > 0) await end(clock, underWay, [40])
  await done
})

it('a store that lets pages wait gets half as many, once for those that waited together, and one at a time at least', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  const { underWay } = begin(pace, 30)
  await settled()
  await end(clock, underWay.splice(0), [1_300, 1_400, 1_500, 1_600])
  expect([pace.limit(), underWay.length]).toEqual([2, 2])
  await end(clock, underWay.splice(0), [900, 1_000])
  expect([pace.limit(), underWay.length]).toEqual([2, 2])
  await end(clock, underWay.splice(0), [2_000, 2_000])
  expect([pace.limit(), underWay.length]).toEqual([1, 1])
  await end(clock, underWay.splice(0), [2_000])
  expect([pace.limit(), underWay.length]).toEqual([1, 1])
  await end(clock, underWay.splice(0), [100])
  expect([pace.limit(), underWay.length]).toEqual([2, 2])
})

it('eight requests at once have together as many pages under way as one, each as often as the others', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  const requests = Array.from({ length: 8 }, () => begin(pace, 6))
  const underWay = () => requests.reduce((sum, one) => sum + one.underWay.length, 0)
  let most = 0
  for (let turn = 0; requests.some((one) => one.taken() < 6 || one.underWay.length > 0); turn++) {
    await settled()
    if (turn === 0) expect(underWay()).toBe(4)
    most = Math.max(most, underWay())
    // Nobody is two pages ahead of another one who waits.
    const taken = requests.map((one) => one.taken())
    expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(2)
    await end(clock, requests.find((one) => one.underWay.length > 0)?.underWay ?? [], [40])
  }
  await Promise.all(requests.map(({ done }) => done))
  expect(most).toBe(10)
})

it('begins anew once no request is left', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  const first = begin(pace, 1)
  await settled()
  await end(clock, first.underWay, [2_000])
  await first.done
  expect(pace.limit()).toBe(4)
})

it('a page that the store did not answer in time is taken again, with half as many at once, and five times at most', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  const { underWay, taken, done } = begin(pace, 5)
  await settled()
  const timedOut = () => new Error('Command timed out')
  underWay.shift()?.(timedOut())
  await settled()
  expect([pace.limit(), underWay.length, taken()]).toEqual([2, 4, 3])
  for (let tries = 2; tries <= 5; tries++) {
    clock.advance(1)
    underWay.pop()?.(timedOut())
    await settled()
  }
  while (underWay.length > 0) await end(clock, underWay, [40])
  await expect(done).rejects.toThrow('timed out')
})

it('a page that failed otherwise is not taken again, and says nothing of how long pages take', async () => {
  const pace = createPace(createSettableClock())
  const { underWay, taken, done } = begin(pace, 20)
  await settled()
  underWay[0]?.(new Error('The store is away.'))
  await settled()
  expect([pace.limit(), underWay.length, taken()]).toEqual([4, 4, 3])
  for (const one of underWay.slice(1)) one()
  await expect(done).rejects.toThrow('away')
})
