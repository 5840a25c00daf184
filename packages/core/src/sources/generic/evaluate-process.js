// Runs in a process of its own: a loop, a slow pattern, or memory that runs out in an expression ends this process and nothing else.
import jsonata from 'jsonata'
import { fixBuiltIn } from './built-in.js'

const compiled = new Map()
/** Characters of all that is kept compiled: each takes a hundred bytes or two, of the 64 MB that the next one has as well. */
const KEPT = 100_000
let kept = 0

function compile(source) {
  const known = compiled.get(source)
  if (known) return known
  const expression = jsonata(source)
  compiled.set(source, expression)
  kept += source.length
  for (const oldest of compiled.keys()) {
    if (kept <= KEPT) break
    compiled.delete(oldest)
    kept -= oldest.length
  }
  return expression
}

const fixed = fixBuiltIn()

async function answer({ id, source, payload, longest }) {
  try {
    await fixed
    const expression = compile(source)
    // The answer travels as text, so that nothing but data leaves the process.
    const text =
      payload === undefined ? 'null' : (JSON.stringify(await expression.evaluate(JSON.parse(payload))) ?? 'null')
    if (text.length > longest) process.send({ id, fault: `its result is longer than ${longest} characters` })
    else process.send({ id, text })
  } catch (error) {
    process.send({ id, fault: String(error?.message ?? error).slice(0, 300) })
  }
}

process.on('message', (asked) => void answer(asked))

// Whoever started it is gone.
process.on('disconnect', () => process.exit(0))
