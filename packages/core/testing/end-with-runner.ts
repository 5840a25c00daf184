// Vitest's worker processes go on when vitest is killed: without this nobody waits for their answer. One worker runs many files.
const end = Symbol.for('flightroster.ends-with-runner')
if (!Object.hasOwn(process, end)) {
  Object.defineProperty(process, end, { value: true })
  process.once('disconnect', () => process.exit(1))
}
