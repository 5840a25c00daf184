// Runs in a process of its own: a loop, a slow pattern, or memory that runs out in an expression ends this process and nothing else.
import jsonata from 'jsonata'

const compiled = new Map()
const KEPT = 50

function compile(source) {
  const known = compiled.get(source)
  if (known) return known
  const expression = jsonata(source)
  if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value)
  compiled.set(source, expression)
  return expression
}

async function answer({ id, source, payload, longest }) {
  try {
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
