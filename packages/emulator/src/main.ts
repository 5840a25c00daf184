import { readConfig } from './main-config.ts'
import { startEmulator } from './start-emulator.ts'

/** The emulator as a process: environment → listen → SIGTERM → close. */
async function main(): Promise<void> {
  const config = readConfig(process.env)
  if ('faults' in config) {
    for (const fault of config.faults) process.stderr.write(`${fault}\n`)
    process.exit(1)
  }
  const emulator = await startEmulator(config.options)
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: `emulator listening on ${emulator.url}` })}\n`)
  const stop = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

main().catch(fail)
