/** What the command's end says to a script. */
export const EXIT = {
  /** Done, or nothing to do. */
  done: 0,
  failed: 1,
  /** Wrong use; also where a yes is needed and nobody can be asked. */
  usage: 2,
  /** A plan waits for an approval, or a dry run found differences. */
  held: 3,
  /** Ctrl-C: 128 and the number of the signal, as shells say it. */
  interrupted: 130,
} as const

/** How the process ends. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a sentence and what to do next. */
export class CommandError extends Error {
  readonly exitCode: ExitCode
  readonly code: string
  readonly action: string | undefined

  constructor(message: string, options: { exitCode?: ExitCode; code?: string; action?: string } = {}) {
    super(message)
    this.exitCode = options.exitCode ?? EXIT.failed
    this.code = options.code ?? (this.exitCode === EXIT.usage ? 'usage' : 'failed')
    this.action = options.action
  }
}

/** A command that cannot be carried out as it was typed. */
export const usageError = (message: string, action?: string) =>
  new CommandError(message, { exitCode: EXIT.usage, ...(action === undefined ? {} : { action }) })
