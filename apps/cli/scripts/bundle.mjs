// One file that needs nothing but Node: `npx flightroster` installs no other package. From the sources, so nothing has to be built.
import { build } from 'esbuild'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'dist/bundle')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/main.ts'],
  outfile: join(OUT, 'flightroster.js'),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  conditions: ['source'],
  define: { CLI_VERSION: JSON.stringify(version) },
  // Some packages inside are CommonJS and ask for Node's own modules with require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES.txt'), licensesOf(Object.keys(metafile.inputs)))

/** Licences ask to travel with what they are for. */
function licensesOf(inputs) {
  const folders = new Set(inputs.map(packageOf).filter(Boolean))
  return [...folders]
    .sort((one, other) => one.localeCompare(other))
    .map(licenseOf)
    .join('\n\n')
}

function packageOf(input) {
  const path = join(ROOT, input)
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
  return match?.[1]
}

function licenseOf(folder) {
  const { name, version: its, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`
  return `${name} ${its}\n\n${text}\n`
}
