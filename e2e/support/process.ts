import { spawnTied } from '@flightroster/core/testing'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export interface ManagedProcess {
  child: ChildProcess
  /** Everything it has printed so far. */
  output(): string
  running(): boolean
  /** Sends the signal and waits for the end; returns the exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a built program of this repository, or of another checkout of it, by environment alone, the way a container would. */
export function startProgram(program: 'api' | 'worker', env: Record<string, string>, root = ROOT): ManagedProcess {
  const entry = resolve(root, 'apps', program, 'dist/main.js')
  if (!existsSync(entry)) throw new Error(`apps/${program} is not built: run "pnpm build" first.`)
  const child = spawnTied(process.execPath, [entry], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    output: 'pipe',
  })
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed += chunk.toString()
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    child,
    output: () => printed,
    running,
    async stop(signal = 'SIGTERM') {
      if (running()) {
        const ended = once(child, 'exit')
        child.kill(signal)
        await ended
      }
      return child.exitCode
    },
  }
}
