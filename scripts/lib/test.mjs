import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { QUIET, runChecks, tool } from './checks.mjs'
import { install, isInstalled } from './install.mjs'
import { ROOT, STAMPS } from './place.mjs'
import { findRedisServer } from './redis-server.mjs'
import { runTool } from './run-tool.mjs'
import { complain, say, step } from './say.mjs'
import { installChromium, installKubectl, installPromtool, installPython } from './system-packages.mjs'
import { readResults, tellFailure } from './test-results.mjs'
import { which } from './which.mjs'

const PROJECTS = ['pure', 'redis', 'e2e']

/** Runs everything; words after `npm test --` narrow down vitest. What failed is named at the end. Returns the exit code. */
export async function test(args) {
  try {
    if (!isInstalled()) await step('Installing packages', () => install())
    const redis = await findRedisServer()
    await findBrowser()
    await findPromtool()
    await findKubectl()
    await findPython()
    const checks = await runChecks()
    const tests = await runVitest(args, redis)
    const passed = checks.passed + tests.passed
    const failures = [...checks.failed.map((name) => `✗ ${name}`), ...tests.failed]
    const failed = failures.length
    for (const failure of failures) say(failure)
    say(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
    return failed > 0 || tests.passed === 0 ? 1 : 0
  } catch (error) {
    complain(error)
    say('0 passed, 1 failed')
    return 1
  }
}

/** The tests of the pages look with a real browser; without one they fail, and say so. */
async function findBrowser() {
  if (process.env.CHROMIUM_PATH || which('chromium') || which('chromium-browser') || which('google-chrome')) return
  if (!(await installChromium()))
    say('There is no Chromium: the tests of the pages fail without one (or set CHROMIUM_PATH).')
}

/** What tests the alerts; without it those tests are skipped. */
async function findPromtool() {
  if (which('promtool') || (await installPromtool())) return
  say('There is no promtool: the tests of the alerts are skipped (it is in the package prometheus).')
}

/** What renders the manifests; without it those tests are skipped. */
async function findKubectl() {
  if (which('kubectl') || (await installKubectl())) return
  say('There is no kubectl: the tests of deploy/kubernetes are skipped (it is in the package kubernetes-client).')
}

/** What one example is written in. */
async function findPython() {
  if (which('python3') || (await installPython())) return
  say('There is no python3: the test of the receiver in Python fails without it.')
}

/** One project after the other: end-to-end tests measure time, so nothing else runs beside them. */
async function runVitest(args, redis) {
  const total = { passed: 0, failed: [], skipped: 0 }
  const env = { ...process.env, PATH: pathWith(redis) }
  mkdirSync(STAMPS, { recursive: true })
  for (const project of PROJECTS) {
    const report = join(STAMPS, `vitest-${project}.json`)
    rmSync(report, { force: true })
    const reporters = [`--reporter=${QUIET}`, '--reporter=json', `--outputFile.json=${report}`]
    const words = [
      tool('vitest/vitest.mjs'),
      'run',
      '--project',
      `${project}*`,
      '--passWithNoTests',
      ...reporters,
      ...args,
    ]
    const { code } = await runTool(process.execPath, words, { env })
    const { passed, skipped, failures } = readResults(readReport(report), code, ROOT)
    total.passed += passed
    total.skipped += skipped
    total.failed.push(...failures.map((failure) => tellFailure(project, failure)))
  }
  return total
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** The tests start `redis-server`: where only Valkey is installed, that name leads to it. */
function pathWith(redis) {
  const path = process.env.PATH ?? ''
  if (basename(redis) === 'redis-server') return [path, dirname(redis)].join(delimiter)
  const folder = join(STAMPS, 'bin')
  mkdirSync(folder, { recursive: true })
  rmSync(join(folder, 'redis-server'), { force: true })
  symlinkSync(redis, join(folder, 'redis-server'))
  return [folder, path].join(delimiter)
}
