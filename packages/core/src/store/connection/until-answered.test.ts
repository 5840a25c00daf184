import { expect, it } from 'vitest'
import { untilAnswered } from './until-answered.ts'

it('asks again where a connection was lost on the way, and gives back the first answer', async () => {
  let asked = 0
  const ask = () => (++asked < 3 ? Promise.reject(new Error('Connection is closed.')) : Promise.resolve('here'))
  expect(await untilAnswered(ask)).toBe('here')
  expect(asked).toBe(3)
})

it('throws what is no matter of the connection at once', async () => {
  let asked = 0
  const ask = () => {
    asked++
    return Promise.reject(new TypeError('A fault of ours.'))
  }
  await expect(untilAnswered(ask)).rejects.toThrow('A fault of ours.')
  expect(asked).toBe(1)
})
