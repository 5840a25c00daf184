import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './place.mjs'

/** A process that is sent SIGTERM when this one dies, of SIGKILL too. Windows has no `sh`: there it lives on. */
export function spawnTied(command, args, { stdio, ...options }) {
  if (process.platform === 'win32') return spawn(command, args, { stdio, ...options })
  const child = spawn('sh', [join(ROOT, 'scripts/tied.sh'), 'TERM', command, ...args], {
    stdio: [...stdio, 'pipe'],
    ...options,
  })
  const [, , , tie] = child.stdio
  tie.on('error', () => {})
  child.once('exit', () => tie.end('\n'))
  return child
}
