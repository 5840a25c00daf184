import { progress } from '@clack/prompts'
import type { Terminal } from './terminal.ts'

const LINE_EVERY_MS = 10_000

/** A bar that grows, on a terminal that people watch. */
export interface Progress {
  update(done: number, total: number, text: string): void
  end(text: string): void
}

/** A bar where somebody watches; now and then a line in a log of CI. */
export function startProgress(terminal: Terminal): Progress {
  return terminal.isWatched ? startBar() : startLines(terminal)
}

function startBar(): Progress {
  let bar: ReturnType<typeof progress> | undefined
  let shown = 0
  return {
    update(done, total, text) {
      if (!bar) {
        bar = progress({ max: Math.max(1, total), output: process.stderr })
        bar.start(text)
      }
      bar.advance(Math.max(0, done - shown), text)
      shown = Math.max(shown, done)
    },
    end: (text) => bar?.stop(text),
  }
}

function startLines(terminal: Terminal): Progress {
  let last = ''
  let at = 0
  return {
    update(_done, _total, text) {
      if (text === last || Date.now() - at < LINE_EVERY_MS) return
      last = text
      at = Date.now()
      terminal.note(text)
    },
    end: (text) => terminal.note(text),
  }
}
