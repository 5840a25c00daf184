import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { ROOT } from './place.mjs'
import { spawnTied } from './spawn-tied.mjs'

const active = new Set()

/** Ends whatever still runs: the script is about to stop. */
export function endTools() {
  for (const child of active) child.kill()
}

/**
 * Runs a command to its end. `log` collects its output in a file; without one it goes to the terminal.
 * Returns { code, tail }: the exit code (127: there is no such command) and the last lines of the output.
 */
export async function runTool(command, args, { log, env = process.env, cwd = ROOT } = {}) {
  const output = log ? createWriteStream(log, { flags: 'a' }) : undefined
  const child = spawnTied(command, args, {
    cwd,
    env,
    stdio: log ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', 'inherit'],
    // npx is a .cmd file there, which needs a shell.
    shell: process.platform === 'win32' && command === 'npx',
  })
  active.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text = (text + chunk).slice(-8_000)
      output?.write(chunk)
    })
  }
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code === 'ENOENT' ? 127 : 1))
    child.once('close', (exitCode, signal) => resolve(signal ? 130 : exitCode))
  })
  active.delete(child)
  if (output) {
    output.end()
    await once(output, 'close')
  }
  return { code, tail: text.trim().split('\n').slice(-12).join('\n') }
}
