import { pino, type DestinationStream, type Logger } from 'pino'

export type Log = Logger

/** Structured lines on standard output. Last line of defence for secrets and addresses: call sites log ids only. */
export function createLog(
  options: { level: string; name: string },
  destination?: DestinationStream,
): Log {
  const settings = {
    name: options.name,
    level: options.level,
    redact: {
      paths: ['email', '*.email', 'privateKey', '*.privateKey', 'authorization', '*.authorization', '*.headers.authorization'],
      censor: '[redacted]',
    },
  }
  return destination ? pino(settings, destination) : pino(settings)
}
