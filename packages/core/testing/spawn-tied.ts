import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'

const TIED = resolve(import.meta.dirname, '../../../scripts/tied.sh')

export interface TiedOptions {
  env?: Record<string, string>
  /** Of both its standard output and its standard error. */
  output: 'pipe' | 'ignore' | 'inherit'
}

/** A process that is killed when this one dies, however it dies: what a killed test run started ends with it. */
export function spawnTied(command: string, args: string[], { env, output }: TiedOptions): ChildProcess {
  const child = spawn('sh', [TIED, 'KILL', command, ...args], {
    stdio: ['ignore', output, output, 'pipe'],
    ...(env ? { env } : {}),
  })
  const tie = child.stdio[3] as Writable
  tie.on('error', () => {})
  child.once('exit', () => tie.end('\n'))
  return child
}
