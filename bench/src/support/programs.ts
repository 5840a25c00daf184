import { spawnTied } from '@flightroster/core/testing'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const SOURCES = resolve(import.meta.dirname, '..')
const ROOT = resolve(SOURCES, '../..')

export interface Program extends AsyncDisposable {
  child: ChildProcess
  pid: number | undefined
  /** Everything it has printed so far. */
  output(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a built program of the product, by environment alone. */
export function startBuilt(program: 'api' | 'worker', env: Record<string, string>, nodeArgs: string[] = []): Program {
  const entry = resolve(ROOT, 'apps', program, 'dist/main.js')
  if (!existsSync(entry)) throw new Error(`apps/${program} is not built: run "pnpm build" first.`)
  return start([...nodeArgs, entry], env)
}

/** Starts a TypeScript file of this folder as a process of its own and waits until it prints "ready". */
export async function startSource(file: string, env: Record<string, string>): Promise<Program> {
  const loader = import.meta.resolve('tsx')
  const program = start(['--import', loader, '--conditions=source', resolve(SOURCES, file)], env)
  while (!program.output().includes('ready')) {
    if (program.child.exitCode !== null) throw new Error(`${file} ended at once:\n${program.output()}`)
    await Promise.race([once(program.child.stdout ?? program.child, 'data'), once(program.child, 'exit')])
  }
  return program
}

/** A benchmark that fails leaves nothing running behind. */
function start(args: string[], env: Record<string, string>): Program {
  const child = spawnTied(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    output: 'pipe',
  })
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-100_000)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { child, pid: child.pid, output: () => printed, stop, [Symbol.asyncDispose]: () => stop() }
}
