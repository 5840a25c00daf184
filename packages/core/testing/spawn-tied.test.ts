import { once } from 'node:events'
import { expect, it } from 'vitest'
import { spawnTied } from './spawn-tied.ts'

it('is the very process that was asked for, and what watched it ends with it', async () => {
  const child = spawnTied('sh', ['-c', 'echo $$; exec sleep 60'], { output: 'pipe' })
  const [printed] = (await once(child.stdout!, 'data')) as [Buffer]
  expect(Number(printed)).toBe(child.pid)
  child.kill('SIGINT')
  // After the exit and once every pipe is closed: the watcher holds one.
  expect(await once(child, 'close')).toEqual([null, 'SIGINT'])
})
