// `pnpm soak`: random faults of the whole table in docs/failure-modes.md, for as long as wanted, and a page on what came of it.
import { parseArgs } from 'node:util'
import { join, resolve } from 'node:path'
import { build } from './lib/build.mjs'
import { ROOT } from './lib/place.mjs'
import { runTool } from './lib/run-tool.mjs'
import { say } from './lib/say.mjs'

const HELP = `pnpm soak                       two hours of random faults
pnpm soak --minutes 10          as long as wanted
pnpm soak --seed 7              the order of faults of a former run
pnpm soak --report soak.md      where the report goes; it is written anew after each round`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '120' },
    seed: { type: 'string' },
    report: { type: 'string', default: 'soak.md' },
    help: { type: 'boolean', short: 'h' },
  },
})
const minutes = Number(values.minutes)
if (values.help || !(minutes > 0)) {
  say(HELP)
  process.exit(values.help ? 0 : 2)
}
await build()
const report = resolve(values.report)
const env = { ...process.env, SOAK_SECONDS: String(minutes * 60), SOAK_REPORT: report }
if (values.seed !== undefined) env.SOAK_SEED = values.seed
say(`${minutes} minutes of faults; the report is ${report}.`)
const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'e2e', 'e2e/soak.test.ts']
const { code } = await runTool(process.execPath, vitest, { env })
process.exit(code)
