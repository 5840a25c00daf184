import { CommanderError, type Command } from 'commander'
import { readCommonOptions, terminalOf } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { explain, type Explained } from './explain.ts'
import { buildProgram } from './program.ts'
import { printable } from './terminal/table.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Runs one command line; returns the exit code. */
export async function runCli(argv: string[]): Promise<ExitCode> {
  const controller = new AbortController()
  const stop = () => {
    // The second one means it.
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // `flightroster … | head` closes the pipe early: not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  )
  let exitCode: ExitCode = EXIT.done
  let running: Command | undefined
  const program = buildProgram(controller.signal, (code) => (exitCode = code))
  program.hook('preAction', (_, action) => void (running = action))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error, argv)
    const terminal = terminalOf(running ? readCommonOptions(running) : {})
    if (controller.signal.aborted) {
      terminal.note(
        'Stopped. The server keeps and finishes what it has accepted; the same command continues from there.',
      )
      return EXIT.interrupted
    }
    return report(terminal, explain(error))
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** It has told people already. */
function endOfCommander({ exitCode, message }: CommanderError, argv: string[]): ExitCode {
  if (exitCode === 0) return EXIT.done
  const error = { code: 'usage', detail: message.replace(/^error: /, ''), action: 'flightroster --help', errors: [] }
  terminalOf({ json: argv.includes('--json') }).printJson({ error })
  return EXIT.usage
}

/** One sentence and the next step; for scripts the same as JSON, where they look for it. */
function report(terminal: Terminal, { exitCode, ...explained }: Explained): ExitCode {
  const { sentence, action, faults, code, requestId, status } = explained
  const trace = requestId ? `, request ${requestId}` : ''
  terminal.note(`${sentence} (${code}${trace})`)
  for (const fault of faults) terminal.note(`${fault.pointer || '/'}: ${printable(fault.detail)}`)
  if (action) terminal.note(`Next: ${action}`)
  terminal.printJson({ error: { code, detail: sentence, action: action ?? null, errors: faults, requestId, status } })
  return exitCode
}
