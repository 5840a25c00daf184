import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createAudit } from './audit.ts'

const { redis } = await withRedis()
const entry = { at: 5, actor: 'token:3f', action: 'roster.put', target: 'roster:gold', detail: '' }

it('what was begun is told once, by whoever ends it or finds it, and not where nothing was changed', async () => {
  const audit = createAudit(redis)
  const told = async () => (await audit.list(10)).items.map(({ detail }) => detail)
  const [first, second, third] = [await audit.begin(entry), await audit.begin(entry), await audit.begin(entry)]
  expect([...(await audit.unended(6)).keys()].sort()).toEqual([first, second, third].sort())
  expect((await audit.unended(5)).size).toBe(0)
  await audit.end(first)
  await audit.add({ ...entry, detail: 'done' }, second)
  await audit.add({ ...entry, detail: 'late' }, second, true)
  await audit.add({ ...entry, detail: 'found' }, third, true)
  await audit.add({ ...entry, detail: 'plain' })
  expect([await told(), (await audit.unended(6)).size]).toEqual([['plain', 'found', 'done'], 0])
})
