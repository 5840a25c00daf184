import { confirm, isCancel } from '@clack/prompts'
import { createColors } from 'picocolors'
import { CommandError, EXIT, usageError } from '../exit-codes.ts'

/** Where a command writes: what was asked for on standard output, all else on standard error. */
export interface Terminal {
  isJson: boolean
  /** Colours of standard output; plain text where they don't belong. */
  paint: ReturnType<typeof createColors>
  /** Lines for people; nothing with `--json`. */
  print: (...lines: string[]) => void
  /** The one document of `--json`; nothing without. */
  printJson: (value: unknown) => void
  /** To standard error: progress, hints, errors. */
  note: (...lines: string[]) => void
  /** True where somebody looks at standard error and can see a line change. */
  isWatched: boolean
  /** Asks for a yes. Ends the command where nobody can be asked, or the answer is no. */
  mustAgree: (question: string, agreed: boolean) => Promise<void>
}

export interface TerminalOptions {
  isJson: boolean
  /** False: `--no-color`. */
  color: boolean
}

/** As no-color.org has it, and not into pipes, files and dumb terminals. */
function wantsColors({ isJson, color }: TerminalOptions, env: NodeJS.ProcessEnv): boolean {
  if (!color || isJson || env['NO_COLOR'] || env['TERM'] === 'dumb') return false
  return Boolean(env['FORCE_COLOR']) || process.stdout.isTTY
}

/** Writes results to standard output and everything else to standard error. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { isJson } = options
  const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb' && !isJson
  return {
    isJson,
    isWatched,
    paint: createColors(wantsColors(options, process.env)),
    print(...lines) {
      if (!isJson) process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    },
    printJson(value) {
      if (isJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    note(...lines) {
      process.stderr.write(lines.map((line) => `${line}\n`).join(''))
    },
    async mustAgree(question, agreed) {
      if (agreed) return
      if (isJson || !process.stdin.isTTY || !process.stderr.isTTY) {
        throw usageError('This needs a yes, and nobody can be asked here.', 'Add --yes, if you have seen the plan.')
      }
      const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
      if (isCancel(answer)) throw new CommandError('Stopped; nothing was changed.', { exitCode: EXIT.interrupted })
      if (!answer) throw new CommandError('Nothing was changed.')
    },
  }
}
