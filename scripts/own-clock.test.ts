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

/** Why the time of whichever server is asked here; what is recorded in a lane is as of the lane's own (`store.lane(…).time()`). */
const ANY_SERVER = new Map([
  [
    'packages/core/src/usecases/team-keys/put-team-key.ts',
    'a team key is no lane yet, and is compared with team keys alone',
  ],
])

it('what is compared with times of a lane is as of the server that has the lane', () => {
  const asking = sources.filter((path) => /\bstore\.time\(\)/.test(readFileSync(join(ROOT, path), 'utf8')))
  expect(asking.sort()).toEqual([...ANY_SERVER.keys()].sort())
})

it('a process hands out the clock of the store alone: its own goes to what sets that right, and to App Store Connect’s tokens', () => {
  const lines = sources.flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .filter((line) => line.includes('systemClock') && !line.startsWith('import '))
      .map((line) => `${path}: ${line.trim()}`),
  )
  const hosts = ['apps/api/src/run.ts', 'apps/worker/src/run.ts'].flatMap((path) => [
    `${path}: const clock = createStoreClock(redis, systemClock)`,
    `${path}: createAppleClient({ baseUrl: config.appStoreConnectUrl, clock: systemClock, log }),`,
  ])
  expect(lines.sort()).toEqual(
    [...hosts, 'packages/core/src/domain/clock.ts: export const systemClock: Clock = {'].sort(),
  )
})
