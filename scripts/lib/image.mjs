import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ROOT } from './place.mjs'
import { runTool } from './run-tool.mjs'
import { Stop } from './say.mjs'

/** The stages of a Dockerfile, each with its instructions in order: { name, from, steps: [[word, rest]] }. */
export function readStages(text) {
  const lines = text
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
  const stages = []
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const [word = '', rest = ''] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]
    const [from, , name] = rest.split(/\s+/)
    if (word === 'FROM') stages.push({ name, from, steps: [] })
    else stages.at(-1).steps.push([word, rest])
  }
  return stages
}

/**
 * Makes the image's file system in a folder by the Dockerfile's own COPY lines, without a container engine: production packages by the
 * command that stands there, what was built from this checkout, and this machine's Node.js in the place of the image's.
 * Returns the last stage's settings: { app, user, command, healthcheck }.
 */
export async function assembleImage(to, { log } = {}) {
  const stages = readStages(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))
  const last = stages.at(-1)
  const production = mkdtempSync(join(tmpdir(), 'flightroster-production-'))
  try {
    await runStage(stages, 'production', production, log)
    for (const { from, sources, target } of copiesOf(last)) {
      for (const source of sources)
        place(originOf(from, source, production), join(to, resolve('/app', target)), source, target)
    }
  } finally {
    rmSync(production, { recursive: true, force: true })
  }
  const setting = (word) => last.steps.findLast(([each]) => each === word)?.[1] ?? ''
  const inBrackets = (text) => JSON.parse(/\[.*\]/.exec(text)?.[0] ?? '[]')
  return {
    app: join(to, 'app'),
    user: setting('USER'),
    command: inBrackets(setting('CMD')),
    healthcheck: inBrackets(setting('HEALTHCHECK')),
  }
}

/** What a stage and those that it stands on copy from the context, and its commands. */
async function runStage(stages, name, to, log) {
  const stage = stages.find((each) => each.name === name)
  if (!stage) return
  await runStage(stages, stage.from, to, log)
  for (const [word, rest] of stage.steps) {
    if (word === 'COPY') {
      const [{ from, sources, target }] = copiesOf({ steps: [[word, rest]] })
      for (const source of sources) place(originOf(from, source, to), join(to, target), source, target)
    }
    if (word === 'RUN') await runCommand(rest, to, log)
  }
}

/** The two commands that make files of the image; others prepare the stage itself. */
async function runCommand(command, folder, log) {
  const { config } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pnpm = /^npx -y pnpm@\$\(cat \/pnpm-version\) (install .*)$/.exec(command)?.[1]
  const script = /^node \/(\S+)$/.exec(command)?.[1]
  const [program, ...args] = pnpm
    ? ['npx', '-y', `pnpm@${config.pnpm}`, ...pnpm.split(/\s+/), '--prefer-offline']
    : script
      ? [process.execPath, join(folder, script)]
      : []
  if (!program) return
  const { code, tail } = await runTool(program, args, { cwd: folder, log })
  if (code !== 0) throw new Stop(`The image could not be assembled: "${command}" ended with ${code}.\n${tail ?? ''}`)
}

function copiesOf({ steps }) {
  return steps
    .filter(([word]) => word === 'COPY')
    .map(([, rest]) => {
      const words = rest.split(/\s+/)
      const from = words.find((each) => each.startsWith('--from='))?.slice('--from='.length)
      const paths = words.filter((each) => !each.startsWith('--'))
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) }
    })
}

function originOf(from, source, production) {
  if (from === 'production') return join(production, source.replace(/^\/app/, ''))
  if (from === 'base') return source.endsWith('/node') ? process.execPath : undefined
  return join(ROOT, source.replace(/^\/app\//, ''))
}

function place(origin, target, source, word) {
  if (origin === undefined) return mkdirSync(target, { recursive: true })
  const isFile = statSync(origin).isFile()
  const into = isFile && (word.endsWith('/') || word === '.') ? join(target, source.split('/').at(-1)) : target
  mkdirSync(join(into, '..'), { recursive: true })
  cpSync(origin, into, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (path) => isFile || !path.endsWith('.tsbuildinfo'),
  })
}
