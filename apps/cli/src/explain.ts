import { FlightrosterError } from '@flightroster/client'
import { FileFaults } from './files/faults.ts'
import { CommandError, EXIT, type ExitCode } from './exit-codes.ts'

/** An error as a person and as a script reads it. */
export interface Explained {
  exitCode: ExitCode
  /** One sentence. */
  sentence: string
  /** The next step, where there is one. */
  action?: string | undefined
  /** Every fault of what was sent, a line each. */
  faults: { pointer: string; code: string; detail: string }[]
  code: string
  requestId?: string | undefined
  status?: number | undefined
}

/** Where the API's own advice is for the program that called it, not for whoever typed a command. */
const ACTIONS: Record<string, string> = {
  unreachable: 'Check FLIGHTROSTER_URL (or --url), and that the server runs: flightroster doctor',
  unauthenticated: 'Check FLIGHTROSTER_TOKEN (or --token).',
  answer_not_understood: 'Is FLIGHTROSTER_URL (or --url) the address of Flightroster, with its path behind a proxy?',
}

/** An error as a person reads it: what happened, what to do, and the exit code. */
export function explain(error: unknown): Explained {
  if (error instanceof FlightrosterError) return explainRefusal(error)
  if (error instanceof FileFaults) {
    const faults = error.faults.map((fault) => ({
      ...fault,
      pointer: `${fault.file}:${fault.line}:${fault.column}`,
      code: error.code,
    }))
    return { exitCode: error.exitCode, sentence: error.message, action: error.action, faults, code: error.code }
  }
  if (error instanceof CommandError) {
    const { exitCode, message, action, code } = error
    return { exitCode, sentence: message, action, faults: [], code }
  }
  const file = describeFileError(error)
  if (file) return { exitCode: EXIT.failed, sentence: file, faults: [], code: 'file_unreadable' }
  const sentence = error instanceof Error ? error.message : String(error)
  return { exitCode: EXIT.failed, sentence, faults: [], code: 'failed' }
}

function explainRefusal(error: FlightrosterError): Explained {
  const later =
    error.retryAfterSeconds === undefined ? '' : ` Worth another try in ${Math.ceil(error.retryAfterSeconds)} s.`
  return {
    exitCode: EXIT.failed,
    sentence: `${asSentence(error.detail)}${later}`,
    action: ACTIONS[error.code] ?? error.action,
    faults: error.errors,
    code: error.code,
    requestId: error.requestId,
    status: error.status,
  }
}

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read or written',
  EISDIR: 'is a folder',
  ENOTDIR: 'is not a folder',
  EEXIST: 'is there already',
}

function describeFileError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path } = error as { code?: string; path?: string }
  const what = code === undefined ? undefined : FILE_ERRORS[code]
  return what && path ? `${path} ${what}.` : undefined
}
