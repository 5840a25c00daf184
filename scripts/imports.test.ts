import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const CORE = 'packages/core/src'

/** What each layer of core may import besides itself; the five siblings never each other. */
const LAYERS: Record<string, string[]> = {
  usecases: [
    'usecases',
    'store',
    'queues',
    'secrets',
    'callbacks',
    'sources',
    'domain',
    'errors',
    'log',
    'metrics',
    'tracing',
  ],
  store: ['domain', 'errors', 'log'],
  queues: ['domain', 'errors', 'log'],
  secrets: ['domain', 'errors', 'log'],
  callbacks: ['domain', 'errors', 'log'],
  sources: ['domain', 'errors', 'log'],
  domain: ['errors'],
  errors: [],
}

/** Packages that only some places may import. */
const ONLY_IN: Record<string, RegExp> = {
  ioredis: /^packages\/core\/src\/(store|queues)\/|\/run\.ts$|\.test\.ts$/,
  bullmq: /^packages\/core\/src\/queues\/|^apps\/worker\/|^apps\/api\/src\/(plugins|pages)\/|\.test\.ts$/,
  fastify: /^apps\/api\/|^packages\/emulator\//,
  undici: /^packages\/(app-store-connect\/src|core\/src\/callbacks)\/|\.test\.ts$/,
}

/** What a process does with its connection; anything else is a command. */
const OF_THE_CONNECTION = new Set(['on', 'once', 'off', 'quit', 'disconnect', 'connect', 'duplicate'])

interface Import {
  file: string
  target: string
}

const sources = ['apps', 'packages'].flatMap((folder) => walk(join(ROOT, folder)))
const imports = sources.flatMap(readImports)

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'testing'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return walk(path)
    return path.endsWith('.ts') ? [relative(ROOT, path)] : []
  })
}

function readImports(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'/gms)].map((match) => ({
    file,
    target: match[1] ?? '',
  }))
}

/** The layer of core that a path or a specifier belongs to; undefined outside core. */
function layerOf(path: string): string | undefined {
  if (!path.startsWith(`${CORE}/`)) return undefined
  return path
    .slice(CORE.length + 1)
    .split('/')[0]
    ?.replace(/\.ts$/, '')
}

/** The folder, or the file beside the folders, of a layer that a path belongs to. */
function folderIn(layer: string, path: string): string | undefined {
  return layerOf(path) === layer ? path.slice(CORE.length + layer.length + 2).split('/')[0] : undefined
}

function resolveTarget({ file, target }: Import): string {
  return target.startsWith('.') ? join(dirname(file), target) : target
}

const shown = ({ file, target }: Import) => `${file} imports ${target}`

describe('imports', () => {
  it('are found at all: there are some hundreds in the sources', () => {
    expect(imports.length).toBeGreaterThan(500)
  })

  it('go one way through core', () => {
    const wrong = imports.filter((one) => {
      if (one.file.endsWith('.test.ts')) return false
      const from = layerOf(one.file)
      const to = layerOf(resolveTarget(one))
      if (from === undefined || to === undefined || from === to || LAYERS[from] === undefined) return false
      return !LAYERS[from].includes(to)
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(['store', 'usecases'])('make no circle among the folders of %s', (layer) => {
    const after = new Map<string, Set<string>>()
    for (const one of imports) {
      const [from, to] = [one.file, resolveTarget(one)].map((path) => folderIn(layer, path))
      if (from === undefined || to === undefined || from === to || one.file.endsWith('.test.ts')) continue
      after.set(from, (after.get(from) ?? new Set()).add(to))
    }
    expect(after.size).toBeGreaterThan(5)
    // Whoever imports nothing that is left is taken away, over and over: what stays is in a circle, or behind one.
    for (let before = -1; before !== after.size;) {
      before = after.size
      for (const [from, targets] of after) if (![...targets].some((to) => after.has(to))) after.delete(from)
    }
    expect(Object.fromEntries([...after].map(([from, to]) => [from, [...to]]))).toEqual({})
  })

  it('never lead from core to an app, or from the client of App Store Connect or the emulator to any of our packages', () => {
    const wrong = imports.filter(({ file, target }) => {
      const isTest = file.endsWith('.test.ts')
      if (file.startsWith('packages/app-store-connect/')) return !isTest && target.startsWith('@flightroster/')
      if (file.startsWith('packages/core/')) return !isTest && /^@flightroster\/(api|worker|emulator)/.test(target)
      return file.startsWith('packages/emulator/') && target.startsWith('@flightroster/')
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(Object.entries(ONLY_IN))('of %s stay where they belong', (name, allowed) => {
    const wrong = imports.filter(({ file, target }) => target === name && !allowed.test(file))
    expect(wrong.map(shown)).toEqual([])
  })

  it('are not needed for a Redis command: those are called in store and queues alone, whatever a file imports', () => {
    const called = sources
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(ROOT, file), 'utf8')
        const names = [...text.matchAll(/\b(?:redis|Redis)\.(\w+)\(/g)].map(([, name = '']) => name)
        return names.filter((name) => !OF_THE_CONNECTION.has(name)).map((name) => ({ file, name }))
      })
    const [inside, outside] = [true, false].map((isInside) =>
      called.filter(({ file }) => /^packages\/core\/src\/(store|queues)\//.test(file) === isInside),
    )
    expect(inside?.length).toBeGreaterThan(200)
    expect(outside).toEqual([])
  })

  it('bring no use case a connection: each asks the store through its doors', () => {
    const files = sources.filter((file) => file.startsWith(`${CORE}/usecases/`) && !file.endsWith('.test.ts'))
    expect(files.length).toBeGreaterThan(150)
    const wrong = files.filter((file) => /\b(?:redis|Connection)\b/.test(readFileSync(join(ROOT, file), 'utf8')))
    expect(wrong).toEqual([])
  })

  it('load OpenTelemetry only where traces are wanted', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        (target.startsWith('@opentelemetry/') && file !== `${CORE}/tracing-otlp.ts`) ||
        (/\/tracing-otlp(\.ts)?$/.test(target) && !file.endsWith('.test.ts')),
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('read the configuration in the files that run a program alone', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        /(^|\/)config(\.ts)?$/.test(target) &&
        !/\/(main-config|run)\.ts$|\.test\.ts$|^packages\/(core\/src\/config|emulator)/.test(file),
    )
    expect(wrong.map(shown)).toEqual([])
  })
})
