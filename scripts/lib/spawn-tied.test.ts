import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const CHILD = `
process.once('SIGTERM', () => process.exit(console.log('asked to stop')))
setInterval(() => {}, 1_000)
console.log('up')`

const OWNER = `
const { spawnTied } = await import(${JSON.stringify(resolve(import.meta.dirname, 'spawn-tied.mjs'))})
spawnTied(process.execPath, ['--eval', ${JSON.stringify(CHILD)}], { stdio: ['ignore', 'inherit', 'inherit'] })`

it('asks what it started to stop when its own process is killed', async () => {
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', OWNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  owner.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await once(owner.stdout, 'data')
  owner.kill('SIGKILL')
  // Closes once the child, which holds the same pipe, has ended.
  await once(owner, 'close')
  expect(printed).toBe('up\nasked to stop\n')
})
