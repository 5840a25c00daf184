import { expect, it } from 'vitest'
import { keepOpen } from './kept-open.ts'

function setUp(most: number) {
  const log: string[] = []
  const kept = keepOpen(most, (name) => {
    log.push(`open ${name}`)
    return {
      name,
      close: async () => {
        log.push(`close ${name}`)
        throw new Error('The store is away.')
      },
    }
  })
  return { kept, log }
}

it('keeps the most recently used ones open, and closes the others without a fault', () => {
  const { kept, log } = setUp(2)
  kept.open('a')
  kept.open('b')
  expect(kept.open('a').name).toBe('a')
  kept.open('c')
  expect(log).toEqual(['open a', 'open b', 'open c', 'close b'])
})
