import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readStages } from './image.mjs'
import { packageFolders } from './packages.mjs'
import { ROOT } from './place.mjs'
import { runTool } from './run-tool.mjs'
import { Stop } from './say.mjs'

const IMAGE = 'flightroster'
/** What the image runs; their dependencies are what is shipped in it. */
const IN_IMAGE = ['@flightroster/api', '@flightroster/worker', '@flightroster/emulator']

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Writes all that belongs to a release into a folder; returns the names of the files. */
export async function makeRelease(out) {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new Stop(`There is something in ${out} already.`, 'Name an empty folder by --out, or take that one away.')
  }
  mkdirSync(out, { recursive: true })
  const { version, config } = readJson(join(ROOT, 'package.json'))
  const source = readSource()
  const write = (name, text) => writeFileSync(join(out, name), text)

  const tarballs = []
  for (const folder of packageFolders().filter((each) => !readJson(join(ROOT, each, 'package.json')).private)) {
    await run('npm', ['pack', '--pack-destination', out], join(ROOT, folder))
    tarballs.push(folder)
  }
  write('image-tags.txt', `${tagsOf(version, source).join('\n')}\n`)
  const sbom = `flightroster-${version}.cdx.json`
  const filters = IN_IMAGE.flatMap((name) => ['--filter', name])
  const form = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application']
  await run('npx', ['-y', `pnpm@${config.pnpm}`, ...filters, 'sbom', ...form, '--prod', '--out', join(out, sbom)], ROOT)
  write('licences.md', formatLicences(version, readJson(join(out, sbom)).components))
  write('provenance.md', formatProvenance({ version, source, pnpm: config.pnpm, tarballs }))

  const files = readdirSync(out).toSorted()
  write('SHA256SUMS', files.map((name) => `${digest(join(out, name))}  ${name}\n`).join(''))
  return [...files, 'SHA256SUMS']
}

async function run(program, args, cwd) {
  const log = join(ROOT, 'node_modules/.cache/release.log')
  mkdirSync(join(log, '..'), { recursive: true })
  const { code, tail } = await runTool(program, args, { cwd, log })
  if (code !== 0)
    throw new Stop(`"${program} ${args.join(' ')}" ended with ${code}.\n${tail}`, 'See what it says, then try again.')
}

/** { commit, changed }; the commit is undefined outside of a repository. */
function readSource() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain') !== '' }
  } catch {
    return { commit: undefined, changed: false }
  }
}

/** A version that comes before another (0.3.0-rc.1) takes no tag that people follow. */
function tagsOf(version, { commit, changed }) {
  const [major, minor] = version.split('.')
  const followed = version.includes('-') ? [] : [`${IMAGE}:${major}.${minor}`, `${IMAGE}:latest`]
  const exact = commit && !changed ? [`${IMAGE}:sha-${commit.slice(0, 12)}`] : []
  return [`${IMAGE}:${version}`, ...followed, ...exact]
}

function licenceOf({ licenses = [] }) {
  return licenses.map((each) => each.expression ?? each.license?.id ?? each.license?.name).join(' AND ')
}

function formatLicences(version, components) {
  const others = components.filter(({ purl }) => !purl?.includes('flightroster'))
  const nameless = others.filter((each) => licenceOf(each) === '').map(({ name }) => name)
  if (nameless.length > 0) {
    throw new Stop(`No licence is known of ${nameless.join(', ')}.`, 'Find out, or take another package.')
  }
  const byLicence = group(others, licenceOf)
  const sections = [...byLicence].toSorted(([a], [b]) => a.localeCompare(b))
  const fullName = (each) => `${each.group ? `${each.group}/` : ''}${each.name} ${each.version}`
  return [
    `# Licences of what Flightroster ${version} brings along`,
    '',
    'From the SBOM beside this file. Flightroster itself: MIT.',
    ...sections.flatMap(([licence, some]) => [
      '',
      `## ${licence}`,
      '',
      ...some.map((each) => `- ${fullName(each)}`).toSorted(),
    ]),
    '',
  ].join('\n')
}

function group(items, keyOf) {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

function formatProvenance({ version, source, pnpm, tarballs }) {
  const names = readStages(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))
  const own = new Set(names.map(({ name }) => name))
  const bases = [...new Set(names.map(({ from }) => from))].filter((from) => !own.has(from))
  const commit = source.commit ?? 'unknown: this was no repository'
  return [
    `# Where Flightroster ${version} comes from`,
    '',
    '| | |',
    '| --- | --- |',
    `| commit | ${commit}${source.changed ? ', and changes that are in no commit' : ''} |`,
    `| pnpm-lock.yaml, SHA-256 | ${digest(join(ROOT, 'pnpm-lock.yaml'))} |`,
    `| Dockerfile, SHA-256 | ${digest(join(ROOT, 'Dockerfile'))} |`,
    `| base images | ${bases.join(', ')} |`,
    `| made with | Node ${process.versions.node}, pnpm ${pnpm}, on ${process.platform} ${process.arch} |`,
    `| made at | ${new Date().toISOString()} |`,
    `| npm packages | ${tarballs.join(', ')} |`,
    '',
    'Packages come from the npm registry by the hashes of `pnpm-lock.yaml`; no package may run a script when it is installed. The image is',
    'made by `docker build .` from this commit and tagged as in `image-tags.txt`. `sha256sum --check SHA256SUMS` tells whether these files are',
    'the ones that were made. Nothing here is signed: who publishes signs.',
    '',
  ].join('\n')
}
