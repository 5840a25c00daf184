// Makes a few files of each program and all that it imports, beside what the compiler wrote (docs/decisions/bundles.md).
// Files that are read at run time (Lua, styles, the child process of mappings) stay where they are.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from './lib/place.mjs'

const ENTRY = 'entry'
const OURS = /[/\\](?:apps|packages)[/\\][^/\\]+[/\\]dist[/\\].*\.js$/
/**
 * What has a file of its own, and from where it is imported: what is loaded late is not read before, and what the compiler takes for one
 * large file is never all given back.
 */
const SHARED = {
  bullmq: 'packages/core',
  ioredis: 'packages/core',
  nodemailer: 'packages/core',
  undici: 'packages/core',
  zod: 'packages/core',
  'tracing-otlp': 'packages/core/dist/tracing-otlp.js',
}
const APART = {
  api: { ...SHARED, fastify: 'apps/api', 'bull-board': 'apps/api/dist/pages/dashboard/bull-board.js' },
  worker: SHARED,
}

for (const [program, apart] of Object.entries(APART)) await bundle(program, apart)

async function bundle(program, apart) {
  const out = join(ROOT, 'apps', program, 'dist/bundle')
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      run: `apps/${program}/dist/run.js`,
      ...Object.fromEntries(Object.keys(apart).map((name) => [name, name])),
    },
    outdir: out,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Node keeps the text of an ES module with two bytes a character, and that of a script with one.
    format: 'cjs',
    // ES modules lose what nobody imports.
    mainFields: ['module', 'main'],
    // Names stay, so that a stack says where something happened; `node --enable-source-maps` says the line as well.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [{ name: 'apart', setup: (bundler) => setUp(bundler, apart, out) }],
  })
}

function setUp(bundler, apart, out) {
  bundler.onLoad({ filter: OURS }, ({ path }) => readOurs(path, out))
  for (const [name, from] of Object.entries(apart)) {
    const isOurs = from.endsWith('.js')
    const imported = isOurs ? new RegExp(`/${name}\\.js$`) : new RegExp(`^${name}$`)
    bundler.onResolve({ filter: new RegExp(`^${name}$`) }, ({ kind }) => {
      if (kind !== 'entry-point') return undefined
      if (isOurs) return { path: join(ROOT, from) }
      return bundler.resolve(name, { kind: 'import-statement', resolveDir: join(ROOT, from), pluginData: ENTRY })
    })
    bundler.onResolve({ filter: imported }, ({ kind, pluginData }) =>
      kind === 'entry-point' || pluginData === ENTRY ? undefined : { path: `./${name}.cjs`, external: true },
    )
  }
}

/** A module of ours finds the files beside it from where the compiler wrote it. Text beyond ASCII would cost two bytes a character. */
function readOurs(path, out) {
  const place = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${JSON.stringify(relative(out, path))})).href`
  const contents = readFileSync(path, 'utf8')
    .replaceAll('import.meta.url', `(${place})`)
    .replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return { contents, loader: 'js' }
}
