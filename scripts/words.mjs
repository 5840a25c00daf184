import { say } from './lib/say.mjs'
import { checkWords } from './lib/words.mjs'

const found = checkWords()
for (const { place, found: word, better } of found) say(`${place}: “${word}”. Better: ${better}`)
process.exitCode = found.length > 0 ? 1 : 0
