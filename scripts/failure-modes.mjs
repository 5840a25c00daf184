// Writes docs/failure-modes.md from docs/failure-modes.yaml.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { formatFailureModes } from './lib/failure-modes.mjs'
import { ROOT } from './lib/place.mjs'

const groups = parse(readFileSync(join(ROOT, 'docs/failure-modes.yaml'), 'utf8'))
writeFileSync(join(ROOT, 'docs/failure-modes.md'), formatFailureModes(groups))
