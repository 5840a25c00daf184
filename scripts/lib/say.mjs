/** Ends the command: one sentence on what is wrong and one on what to do. */
export class Stop extends Error {
  constructor(problem, next = '') {
    super(problem)
    this.name = 'Stop'
    this.next = next
  }
}

export function say(text = '') {
  process.stdout.write(`${text}\n`)
}

export function complain(error) {
  if (!(error instanceof Stop)) {
    process.stderr.write(`\nAn unexpected fault of the start script:\n${error?.stack ?? error}\n`)
    return
  }
  process.stderr.write(`\n${error.message}\n`)
  if (error.next) process.stderr.write(`${error.next}\n`)
}

const REMIND_EVERY_MS = 10_000

/** Says what is being done, reminds every ten seconds that it still is, and says how long it took. */
export async function step(title, work) {
  const begunAt = Date.now()
  say(`• ${title} …`)
  const reminder = setInterval(() => say(`  still at it (${seconds(begunAt)})`), REMIND_EVERY_MS)
  try {
    const result = await work()
    say(`  ${typeof result === 'string' ? result : 'done'} (${seconds(begunAt)})`)
    return result
  } finally {
    clearInterval(reminder)
  }
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}
