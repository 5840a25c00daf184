import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FINISH, TSC } from './build.mjs'
import { ROOT, STAMPS } from './place.mjs'
import { runTool } from './run-tool.mjs'
import { say } from './say.mjs'

/** A program of a package that is installed; it is run by Node itself, so nothing but Node has to be there. */
export const tool = (path) => join(ROOT, 'node_modules', path)

/** The reporter of `npm test` and `pnpm verify`. */
export const QUIET = join(ROOT, 'scripts/lib/quiet-reporter.mjs')

/** Each counts as one check. The linter takes as long as all others together, which run one after the other beside it. */
export const CHECKS = [
  [{ name: 'lint', args: [tool('oxlint/bin/oxlint'), '--type-aware'] }],
  [
    { name: 'format', args: [tool('oxfmt/bin/oxfmt'), '--check', '.'] },
    { name: 'types', args: [TSC, '-b'] },
    { name: 'knip', args: [tool('knip/bin/knip.js')] },
    { name: 'knip-production', args: [tool('knip/bin/knip.js'), '--production'] },
  ],
]

/** The linter and the compiler are written in Go: where memory is freed less often, they need a fifth less of a processor. */
const ENV = { ...process.env, GOGC: process.env.GOGC ?? '300' }

/** What needs no server and is no test. What a tool says is shown where it fails. `beside`: begins while the linter may still be at work. */
export async function runChecks(beside = async () => {}) {
  mkdirSync(STAMPS, { recursive: true })
  const failed = []
  const runLine = async (checks) => {
    for (const check of checks) if (!(await runCheck(check))) failed.push(check.name)
  }
  const [lint, others] = CHECKS
  await Promise.all([runLine(lint), runLine(others).then(beside)])
  return { passed: CHECKS.flat().length - failed.length, failed }
}

async function runCheck({ name, args }) {
  const log = join(STAMPS, `check-${name}.log`)
  rmSync(log, { force: true })
  const { code } = await runTool(process.execPath, args, { log, env: ENV })
  if (code !== 0) say(readFileSync(log, 'utf8').trim())
  say(`${code === 0 ? '✓' : '✗'} ${name}`)
  // What the types check built is run by the tests that start real processes.
  if (name === 'types') for (const script of FINISH) await runTool(process.execPath, [join(ROOT, script)])
  return code === 0
}
