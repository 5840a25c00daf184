// `pnpm release`: everything that is published with a version, in a folder with checksums. Nothing is sent anywhere.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makeRelease } from './lib/release.mjs'
import { complain, say } from './lib/say.mjs'

const HELP = `pnpm release                 image tags, npm tarballs, SBOM, licences, provenance and checksums, in release/
pnpm release --out FOLDER    in another folder, which must not be there yet, or be empty`

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'release' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help) {
  say(HELP)
  process.exit(0)
}
try {
  const out = resolve(values.out)
  const files = await makeRelease(out)
  say(`${out}:`)
  for (const file of files) say(`  ${file}`)
} catch (error) {
  complain(error)
  process.exit(1)
}
