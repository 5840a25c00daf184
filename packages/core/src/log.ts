import { pino, type DestinationStream, type Logger } from 'pino'

/** Pino's logger: one JSON line each, without secrets and addresses. */
export type Log = Logger

/** Structured lines on standard output. Last line of defence for secrets and addresses: call sites log ids only. */
export function createLog(options: { level: string; name: string }, destination?: DestinationStream): Log {
  const settings = {
    name: options.name,
    level: options.level,
    serializers: { err: toLoggedError, error: toLoggedError },
    redact: {
      paths: [
        'email',
        '*.email',
        'privateKey',
        '*.privateKey',
        'authorization',
        '*.authorization',
        '*.headers.authorization',
      ],
      censor: '[redacted]',
    },
  }
  return destination ? pino(settings, destination) : pino(settings)
}

interface LoggedError {
  type: string
  message: string
  code?: unknown
  stack?: string | undefined
  cause?: LoggedError
}

/** Named fields only: a Redis error carries its whole command, with everything that was being written. */
function toLoggedError(error: unknown): unknown {
  if (error instanceof Error) return toLogged(error)
  return typeof error === 'object' ? '[object]' : error
}

function toLogged(error: Error): LoggedError {
  const logged: LoggedError = { type: error.name, message: error.message, stack: error.stack }
  if ('code' in error) logged.code = error.code
  if (error.cause instanceof Error) logged.cause = toLogged(error.cause)
  return logged
}
