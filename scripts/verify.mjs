// `pnpm verify`: what is checked before each commit. It needs no server.
import { QUIET, runChecks, tool } from './lib/checks.mjs'
import { runTool } from './lib/run-tool.mjs'

const { failed } = await runChecks()
const { code } = await runTool(process.execPath, [
  tool('vitest/vitest.mjs'),
  'run',
  '--project',
  'pure',
  `--reporter=${QUIET}`,
])
process.exitCode = failed.length > 0 || code !== 0 ? 1 : 0
