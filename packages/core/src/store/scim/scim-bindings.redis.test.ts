import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createScimBindings } from './scim-bindings.ts'

const { redis } = await withRedis()

it('rosters are found by the name of a group, and by that name alone', async () => {
  const bindings = createScimBindings(redis)
  await bindings.add('gold', 'Beta')
  await bindings.add('silver', 'Beta')
  await bindings.add('bronze', 'Beta Berlin')
  expect(await bindings.rostersNaming('Beta')).toEqual(['gold', 'silver'])
  expect((await bindings.first(2)).map(({ rosterId }) => rosterId)).toEqual(['gold', 'silver'])
  await bindings.drop('gold', 'Beta')
  expect(await bindings.rostersNaming('Beta')).toEqual(['silver'])
  expect(await bindings.rostersNaming('Bet')).toEqual([])
})

it('a roster whose groups change is remembered with their names until it was looked at to the end', async () => {
  const bindings = createScimBindings(redis)
  await bindings.beginRebinding('gold', ['Beta', 'a "quoted" one'], 5)
  expect((await bindings.rebinding(5)).size).toBe(0)
  expect([...(await bindings.rebinding(6))]).toEqual([['gold', ['Beta', 'a "quoted" one']]])
  await bindings.endRebinding('gold')
  expect((await bindings.rebinding(6)).size).toBe(0)
})
