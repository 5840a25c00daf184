import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
/** The one place where a test lets time pass, and why: packages/core/testing/time-passes.ts. */
const BARE_SLEEP =
  /\{[^}]*\bsetTimeout\b[^}]*\} from '(?:node:)?timers\/promises'|new Promise\b[^\n]*\n?[^\n]*\bsetTimeout\(/

/** Time of the fake clock goes by at once. */
const FAKE_CLOCK = /useFakeTimers\(\{ toFake: \[[^\]]*'setTimeout'/

const tests = ['apps', 'packages', 'e2e', 'scripts']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => path.endsWith('.test.ts') && !/node_modules|dist/.test(path))

it('no test sleeps by itself: what can be asked for is waited for, and time that must pass has a name', () => {
  expect(tests.length).toBeGreaterThan(200)
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
  const sleeps = (text: string) => BARE_SLEEP.test(text) && !FAKE_CLOCK.test(text)
  expect(tests.filter((path) => sleeps(read(path)) && path !== 'scripts/waits.test.ts')).toEqual([])
})
