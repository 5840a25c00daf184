import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { flag, object, text } from '../domain/shape.ts'
import { createRegister } from './records.ts'

interface Thing {
  id: string
  name: string
  on: boolean
}

const { redis } = await withRedis()
const things = () =>
  createRegister<Thing>(redis, 'things', object<Thing>({ id: text, name: text, on: flag }), { on: true })

it('two writers of different fields of one record lose nothing', async () => {
  await things().put({ id: 'a', name: 'first', on: true })
  let isFirst = true
  const changed = await things().update('a', (record) => {
    // Between reading and writing, another process writes.
    if (isFirst) redis.hset('things', 'a', JSON.stringify({ ...record, on: false })).catch(() => {})
    isFirst = false
    return { ...record, name: 'second' }
  })
  expect(changed).toEqual({ id: 'a', name: 'second', on: false })
  expect(await things().find('a')).toEqual(changed)
  expect(await things().update('nobody', (record) => record)).toBeUndefined()
})

it('a record is deleted only where the newest one is as was asked', async () => {
  await things().put({ id: 'a', name: 'first', on: true })
  expect(await things().deleteIf('a', ({ name }) => name === 'other')).toBe(false)
  expect(await things().deleteIf('a', ({ name }) => name === 'first')).toBe(true)
  expect(await things().deleteIf('a', () => true)).toBe(false)
})

it('an id is taken by the first, and a record of a former version gets what it lacks', async () => {
  expect(await things().insert({ id: 'a', name: 'first', on: false })).toBe(true)
  expect(await things().insert({ id: 'a', name: 'second', on: false })).toBe(false)
  await redis.hset('things', 'old', JSON.stringify({ id: 'old', name: 'of before' }))
  expect(await things().list()).toEqual([
    { id: 'a', name: 'first', on: false },
    { id: 'old', name: 'of before', on: true },
  ])
  await redis.hset('things', 'bad', '{"id":"bad"}')
  await expect(things().find('bad')).rejects.toThrow('A record of things is not readable')
})
