// `npm start`: from a fresh clone to a running Flightroster. `npm start -- --help` says what it takes.
import { checkNode } from './lib/check-node.mjs'

checkNode()
const { start } = await import('./lib/start.mjs')
process.exit(await start(process.argv.slice(2)))
