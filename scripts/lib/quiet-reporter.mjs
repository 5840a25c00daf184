import { DefaultReporter } from 'vitest/node'

const TELL_EVERY_MS = 60_000
const SLOWEST = 3
const SLOW_MS = 20_000

/**
 * What `npm test` prints of one project: each failed test as soon as its file ends, each failure whole at the end, the slowest
 * tests, and one line that adds up. Where all is well, that is a line a minute: a run of fifteen minutes fits a screen. What tests print
 * (seeds, mostly) is shown of failed ones only. For every test by name there is `npx vitest run --project redis`.
 */
export default class QuietReporter extends DefaultReporter {
  #files = { all: 0, ended: 0, failed: 0 }
  #reminder

  constructor() {
    super({ silent: 'passed-only', summary: false })
  }

  onInit(vitest) {
    this.ctx = vitest
  }

  onTestRunStart(files) {
    super.onTestRunStart(files)
    this.#files.all = files.length
    this.#reminder = setInterval(() => this.log(`  ${this.#progress(files)}`), TELL_EVERY_MS)
  }

  onTestModuleEnd(file) {
    this.#files.ended++
    if (file.state() !== 'failed') return
    this.#files.failed++
    const failed = [...file.children.allTests('failed')].map(({ fullName }) => fullName)
    for (const name of failed.length > 0 ? failed : ['(the file itself)']) this.log(`✗ ${file.task.name}: ${name}`)
    this.logFailedTask(file.task)
  }

  onTestRunEnd(files, errors) {
    clearInterval(this.#reminder)
    this.end = performance.now()
    const tasks = files.map(({ task }) => task)
    this.printErrorsSummary(tasks, errors)
    const tests = files.flatMap((file) => [...file.children.allTests()])
    for (const { fullName, ms } of slowest(tests)) this.log(`  ${seconds(ms)}: ${fullName}`)
    const count = (state) => tests.filter((test) => test.result().state === state).length
    const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(count)
    const mark = failed + errors.length + this.#files.failed > 0 ? '✗' : '✓'
    if (files.length === 0 && errors.length === 0) return this.log('  no tests of this kind')
    const project = files[0]?.project.name ?? 'vitest'
    const others = `${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
    this.log(`${mark} ${project}: ${passed} passed${others} (${files.length} files, ${seconds(this.end - this.start)})`)
  }

  #progress(files) {
    const { all, ended, failed } = this.#files
    return `${files[0]?.project.name}: ${ended} of ${all} files${failed > 0 ? `, ${failed} failed` : ''}`
  }
}

function slowest(tests) {
  return tests
    .map((test) => ({ fullName: `${test.module.task.name}: ${test.fullName}`, ms: test.diagnostic()?.duration ?? 0 }))
    .filter(({ ms }) => ms > SLOW_MS)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
}

const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`
