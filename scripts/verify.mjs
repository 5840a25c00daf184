// `pnpm verify`: what is checked before each commit. It needs no server.
import { QUIET, runChecks, tool } from './lib/checks.mjs'
import { runTool } from './lib/run-tool.mjs'

let tested = 1
const { failed } = await runChecks(async () => {
  const { code } = await runTool(process.execPath, [
    tool('vitest/vitest.mjs'),
    'run',
    '--project',
    'pure',
    `--reporter=${QUIET}`,
  ])
  tested = code
})
process.exitCode = failed.length > 0 || tested !== 0 ? 1 : 0
