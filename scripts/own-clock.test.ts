import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/** Why a host's own time is asked here. */
const ALLOWED = new Map([
  ['packages/core/src/domain/clock.ts', 'the clock of a host, which the store sets right (store-clock.ts)'],
  ['packages/core/src/queues/lane-queue.ts', 'BullMQ goes by it: what it makes of it is set right here'],
  ['packages/core/src/store/lane/record-changes.ts', 'a guess, which the step that records sets right'],
])

const sources = ['packages/core/src', 'apps/api/src', 'apps/worker/src']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))

it("nothing that processes share is decided by one host's time: it is the store's, or one that never jumps", () => {
  expect(sources.length).toBeGreaterThan(300)
  const asking = sources.filter((path) => /Date\.now\(|new Date\(\)/.test(readFileSync(join(ROOT, path), 'utf8')))
  expect(asking.sort()).toEqual([...ALLOWED.keys()].sort())
})
