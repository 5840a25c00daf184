import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const CORE = 'packages/core/src'
const CLIENT = '@flightroster/app-store-connect'
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** The table of `docs/architecture.md`. */
const chapter = read('docs/architecture.md').split('### The walk, file by file')[1]?.split('\n#')[0] ?? ''
const walk = [...chapter.matchAll(/^\| `([^`]+\.(?:ts|lua))` \| (?:`(\w+)`|its header) \| (.+) \|$/gm)].map(
  ([, file = '', start, adds = '']) => ({ file, start, adds }),
)

const exportsOf = (file: string) =>
  [...read(file).matchAll(/^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm)].map(
    ([, name = '']) => name,
  )

/** The files that a file names: sources by import, scripts by their path, and behind the index of a folder those of which it uses something. */
function namedBy(file: string): Set<string> {
  const named = new Set<string>()
  for (const [, target = ''] of read(file).matchAll(
    /'(@flightroster\/(?:core\/[^']+|app-store-connect)|\.{1,2}\/[^']+\.(?:ts|lua))'/g,
  )) {
    const path = target.startsWith('.')
      ? relative(ROOT, resolve(ROOT, dirname(file), target))
      : target === CLIENT
        ? 'packages/app-store-connect/src/index.ts'
        : join(CORE, target.replace('@flightroster/core/', ''), 'index.ts')
    if (!existsSync(join(ROOT, path))) continue
    named.add(path)
    if (!path.endsWith('/index.ts')) continue
    const used = new Set(read(file).match(/\w+/g))
    for (const behind of namedBy(path)) if (exportsOf(behind).some((name) => used.has(name))) named.add(behind)
  }
  return named
}

/** The type that a function returns, as its signature names it. */
const doorOf = (file: string, start: string) =>
  new RegExp(`function ${start}\\b[\\s\\S]*?\\)\\s*:\\s*(\\w+)`).exec(read(file))?.[1]

describe('the walk of one event', () => {
  it('is at most 35 files and 12 changes of folder long, and says what each adds', () => {
    const folders = walk.map(({ file }) => dirname(file))
    const changes = folders.filter((folder, at) => at > 0 && folder !== folders[at - 1]).length
    expect([walk.length > 20, walk.length <= 35, changes <= 12]).toEqual([true, true, true])
    expect(walk[0]?.file).toMatch(/^apps\/api\/src\/routes\/events\//)
    expect(walk.filter(({ adds }) => adds.length < 5)).toEqual([])
  })

  it('goes from file to file by go-to-definition, and over the doorbell by asking who listens', () => {
    const named = new Map(walk.map(({ file }) => [file, namedBy(file)]))
    const reached = walk.map(
      ({ file }, at) => at === 0 || walk.slice(0, at).some((one) => named.get(one.file)?.has(file)),
    )
    const lost = walk.filter((_, at) => !reached[at]).map(({ file }) => file)
    // Two processes meet here: `ready.ts` publishes on the channel that `doorbell.ts` hears, and a worker asks it to.
    expect(lost).toEqual([`${CORE}/store/lane/doorbell.ts`, 'apps/worker/src/worker.ts'])
    expect(named.get('apps/worker/src/worker.ts')?.has(`${CORE}/store/lane/doorbell.ts`)).toBe(true)
  })

  it('begins in each file at what a file before it uses, by itself or by the door that it makes, and in a script at its header', () => {
    const isUsedBefore = (word: string, at: number) =>
      walk.slice(0, at).some(({ file }) => new RegExp(`\\b${word}\\b`).test(read(file)))
    const wrong = walk.filter(({ file, start }, at) => {
      if (start === undefined) return !read(file).startsWith('--')
      if (!exportsOf(file).includes(start)) return true
      const door = doorOf(file, start)
      const isDoor = door !== undefined && exportsOf(file).includes(door) && isUsedBefore(door, at)
      return at > 0 && !isUsedBefore(start, at) && !isDoor
    })
    // The two where the doorbell rings: who listens to it is asked, and not followed.
    expect(wrong.map(({ start }) => start)).toEqual(['listenToDoorbell', 'buildWorker'])
  })
})

describe('the table of where things are decided', () => {
  const table = read('docs/architecture.md').split('### Where things are decided')[1]?.split('\n#')[0] ?? ''
  const rows = [...table.matchAll(/^\| ([^|]+\?) \| (.+) \|$/gm)].map(([, question = '', answer = '']) => {
    const words = [...answer.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
    const files = words.filter((word) => /^(?:apps|packages)\/.+\.\w+$/.test(word))
    return { question, files, words: words.filter((word) => !word.includes('/')) }
  })

  it('names files, and nothing that none of them has', () => {
    expect(rows.length).toBeGreaterThan(7)
    expect(rows.filter(({ files }) => files.length === 0).map(({ question }) => question)).toEqual([])
    const stale = rows.flatMap(({ files, words }) => {
      const text = files.map(read).join('\n')
      const isBeside = (name: string) => files.some((file) => existsSync(join(ROOT, dirname(file), name)))
      return words.filter((word) =>
        /\.(?:ts|lua)$/.test(word) ? !isBeside(word) : !word.endsWith('…') && !text.includes(word),
      )
    })
    expect(stale).toEqual([])
  })
})
