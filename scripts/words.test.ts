import { expect, it } from 'vitest'
import { checkWords, findWords, readWords } from './lib/words.mjs'

it('finds nothing that docs/style.md has a better word for', () => {
  expect(checkWords().map(({ place, found, better }) => `${place}: “${found}”. Better: ${better}`)).toEqual([])
})

it('reads the list of docs/style.md, and says where a word stands and what is better', () => {
  const words = readWords()
  expect(words.length).toBeGreaterThan(5)
  expect(findWords('fine\nThis name stands twice.', 'a.ts', words)).toEqual([
    { place: 'a.ts:2', found: 'stands twice', better: 'occurs twice; as a message: Duplicate field.' },
  ])
  expect(findWords('This is no cursor.', 'a.ts', words)).toMatchObject([{ better: 'is not a …' }])
  expect(findWords('This is not a cursor of this API.', 'a.ts', words)).toEqual([])
})
