import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createPersonErasures } from './person-erasures.ts'

const { redis } = await withRedis()

it('an erasure of a person is told with its parts, long after it is through', async () => {
  const erasures = createPersonErasures(redis)
  expect(await erasures.find('e-1')).toBeUndefined()
  await erasures.begin('e-1', 1_000)
  expect(await erasures.find('e-1')).toEqual({ id: 'e-1', startedAt: 1_000, parts: [] })
  const part = { id: 'p-1', roster: 'gold', teamKey: 'acme', doneAt: null }
  await erasures.putPart('e-1', part)
  await erasures.putPart('e-1', { ...part, doneAt: 2_000 })
  expect((await erasures.find('e-1'))?.parts).toEqual([{ ...part, doneAt: 2_000 }])
  expect(await erasures.find('e-2')).toBeUndefined()
})
