import { expect, it } from 'vitest'
import type { LaneJob } from '../../queues/index.ts'
import { fetchCarefully } from './fetch-carefully.ts'

/** A queue whose jobs have met so many deaths each, in this order. */
function lineOf(deaths: number[]) {
  const waiting = deaths.map((stalls, at) => ({ id: String(at), stalls }))
  const held = new Set<LaneJob>()
  const queue = {
    async fetch(limit: number) {
      return waiting
        .splice(0, limit)
        .map((job) => ({ ...job, giveBack: async () => void waiting.unshift(job) }) as unknown as LaneJob)
    },
  }
  const fetch = async (limit: number) =>
    (await fetchCarefully({ deps: { queue }, lease: { token: 't' }, held }, limit)).map(({ stalls }) => stalls)
  return { fetch, waiting, held }
}

const times = (count: number, stalls: number) => Array.from({ length: count }, () => stalls)

it('takes as many as wanted where no worker has died', async () => {
  const line = lineOf(times(150, 0))
  expect(await line.fetch(100)).toEqual(times(100, 0))
  expect(line.held.size).toBe(100)
})

it('takes ten together after one death, and one alone after two', async () => {
  expect(await lineOf(times(50, 1)).fetch(100)).toEqual(times(10, 1))
  expect(await lineOf(times(50, 2)).fetch(100)).toEqual([2])
})

it('gives back what met another number of deaths, whichever comes first', async () => {
  const line = lineOf([0, 1, 0, 2])
  expect(await line.fetch(100)).toEqual([0, 0])
  expect(new Set(line.waiting.map(({ stalls }) => stalls))).toEqual(new Set([1, 2]))
  expect(line.held.size).toBe(2)
  const other = lineOf([1, 0, 2, 1])
  expect(await other.fetch(100)).toEqual([1, 1])
  expect(new Set(other.waiting.map(({ stalls }) => stalls))).toEqual(new Set([0, 2]))
})

it('takes no more than wanted, and nothing where nothing waits', async () => {
  expect(await lineOf(times(5, 1)).fetch(1)).toEqual([1])
  expect(await lineOf([]).fetch(100)).toEqual([])
})
