// `npm test`: everything there is to check, from a fresh clone. Its last line is `N passed, N failed`.
import { checkNode } from './lib/check-node.mjs'

checkNode()
const { test } = await import('./lib/test.mjs')
process.exit(await test(process.argv.slice(2)))
