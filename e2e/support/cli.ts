import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { Api } from './api.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PROGRAM = join(ROOT, 'apps/cli/dist/bundle/flightroster.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

type Watch = (printed: string, kill: (signal: NodeJS.Signals) => void) => void

export interface RunOptions {
  input?: string
  cwd?: string
  env?: Record<string, string>
  /** Called with what was printed so far to standard error; may stop the program. */
  onNote?: Watch
  /** The same for standard output. */
  onPrint?: Watch
}

/** The command line as it is packed, against one server. */
export interface Cli {
  run(args: string[], options?: RunOptions): Promise<Ended>
  /** What it prints with `--json`. */
  json<T>(args: string[], options?: RunOptions): Promise<T>
}

export function createCli(api: Pick<Api, 'url' | 'token'>): Cli {
  execFileSync(process.execPath, [join(ROOT, 'apps/cli/scripts/bundle.mjs')])
  const base = { PATH: process.env['PATH'] ?? '', FLIGHTROSTER_URL: api.url, FLIGHTROSTER_TOKEN: api.token }
  const run: Cli['run'] = async (args, { input, cwd, env, onNote, onPrint } = {}) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...base, ...env }, ...(cwd ? { cwd } : {}) })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (!child.killed) onPrint?.(stdout, (signal) => child.kill(signal))
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      if (!child.killed) onNote?.(stderr, (signal) => child.kill(signal))
    })
    child.stdin.end(input ?? '')
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stdout, stderr }
  }
  return {
    run,
    async json<T>(args: string[], options?: RunOptions) {
      const { stdout, stderr } = await run([...args, '--json'], options)
      try {
        return JSON.parse(stdout) as T
      } catch {
        throw new Error(`No JSON came of ${args.join(' ')}: ${stdout}${stderr}`)
      }
    },
  }
}
