import { beforeAll, describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '../../../testing/fixtures.ts'
import { systemClock } from '../../domain/clock.ts'
import { createActivity, createStore } from '../../store/index.ts'
import { listActivity, listAllActivity } from './list-activity.ts'

/** Rosters that are there, and those on which something happens. */
const ALL = 500
const BUSY = ['r-7', 'r-8', 'r-9']

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)
const deps = () => ({ store, clock: systemClock })
const told: string[] = []

beforeAll(async () => {
  for (let at = 0; at < ALL; at++) await store.enterRoster(makeRoster({ id: `r-${at}`, teamKey: `k-${at % 9}` }))
  for (let at = 0; at < 100; at++) {
    const id = BUSY[at % BUSY.length]!
    const roster = await store.rosters.find(id)
    const lines = [0, 1, 2].map((n) => `${at}/${n} of ${id}`)
    await createActivity(redis, roster!.teamKey, id).add(
      lines.map((text) => ({ member: null, note: { kind: 'settings', text }, asker: null })),
    )
    told.unshift(...lines.toReversed())
  }
})

async function readAll(filter = {}, limit = 50): Promise<string[]> {
  const texts: string[] = []
  let before: string | undefined
  for (;;) {
    const { items, next } = await listAllActivity(deps(), filter, { limit, before })
    texts.push(...items.map(({ text }) => text))
    expect(items.length).toBeLessThanOrEqual(limit)
    if (next === null) return texts
    before = next
  }
}

const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
const listings = async () => /cmdstat_(hgetall|hvals|hscan|hkeys):/.test(await redis.info('commandstats'))

describe('the activity of all rosters', () => {
  it('is paged, newest first, with nothing missing and nothing twice', async () => {
    expect(await readAll()).toEqual(told)
    expect(await readAll({}, 7)).toEqual(told)
  })

  it('reads what is on the page, however many rosters there are', async () => {
    await redis.config('RESETSTAT')
    const before = await commands()
    const { items } = await listAllActivity(deps(), {}, { limit: 50 })
    expect(items).toHaveLength(50)
    expect((await commands()) - before).toBeLessThan(30)
    expect(await listings()).toBe(false)
  })

  it('ends and begins where it is told to, and leaves out a roster that is gone', async () => {
    const { items } = await listAllActivity(deps(), {}, { limit: told.length })
    const [newest, middle] = [items[0]!.at, items[150]!.at]
    expect(await readAll({ until: middle })).toEqual(items.filter(({ at }) => at <= middle).map(({ text }) => text))
    expect(await readAll({ since: newest + 1 })).toEqual([])
    await store.rosters.delete('r-8')
    expect(await readAll()).toEqual(told.filter((text) => !text.endsWith('r-8')))
  })
})

describe('the activity of one roster', () => {
  it('is paged in the same way', async () => {
    const roster = (await store.rosters.find('r-7'))!
    const mine = told.filter((text) => text.endsWith('r-7'))
    const first = await listActivity(deps(), roster, {}, { limit: 10 })
    const second = await listActivity(deps(), roster, {}, { limit: 1_000, before: first.next! })
    expect([...first.items, ...second.items].map(({ text }) => text)).toEqual(mine)
    expect(second.next).toBe(null)
  })
})
