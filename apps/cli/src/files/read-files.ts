import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMap, isScalar, LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml'
import { checkFields } from './check-fields.ts'
import { FileFaults, type Fault } from './faults.ts'
import { isKind, type Kind } from './kinds.ts'

/** One document of a file, checked, with the API's defaults filled in. */
export interface Wanted {
  kind: Kind
  id: string
  fields: Record<string, unknown>
  file: string
  /** A fault at one of its fields. */
  faultAt: (path: (string | number)[], detail: string, isKey?: boolean) => Fault
}

/** A file as it stands, to be written again with its comments. */
export interface YamlFile {
  path: string
  documents: Document.Parsed[]
  lines: LineCounter
}

/** Every document of a file, or of all .yaml and .yml files below a folder. Throws all faults of all files at once. */
export async function readWanted(path: string): Promise<Wanted[]> {
  const faults: Fault[] = []
  const wanted: Wanted[] = []
  for (const file of await listFiles(path)) {
    const parsed = await parseFile(file, faults)
    for (const document of parsed.documents) {
      const one = toWanted(parsed, document, faults)
      if (one) wanted.push(one)
    }
  }
  faults.push(...findTwins(wanted))
  if (faults.length > 0) throw new FileFaults(faults)
  return wanted
}

/** YAML files of a folder and below, in order; a file alone is itself. */
export async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !file
          .slice(path.length)
          .split('/')
          .some((part) => part.startsWith('.') || part === 'node_modules'),
    )
    .sort((one, other) => (one < other ? -1 : 1))
}

/** The documents of a file; what is wrong with it is added to `faults`, with its line. */
export async function parseFile(path: string, faults: Fault[]): Promise<YamlFile> {
  const lines = new LineCounter()
  const text = await readFile(path, 'utf8')
  const all = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
  // A separator at the end, or comments alone, is no document.
  const documents = Array.isArray(all)
    ? (all as Document.Parsed[]).filter(({ contents, errors }) => contents !== null || errors.length > 0)
    : []
  for (const { errors } of documents) {
    for (const { pos, message } of errors) faults.push({ file: path, ...place(lines, pos[0]), detail: message })
  }
  return { path, documents, lines }
}

function place(lines: LineCounter, offset: number) {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function toWanted({ path: file, lines }: YamlFile, document: Document.Parsed, faults: Fault[]): Wanted | undefined {
  if (document.errors.length > 0) return undefined
  const faultAt: Wanted['faultAt'] = (path, detail, isKey = false) => ({
    file,
    ...place(lines, offsetOf(document, path, isKey)),
    detail,
  })
  if (!isMap(document.contents)) {
    faults.push(faultAt([], 'A document is a list of fields: kind, id, and those of its PUT.'))
    return undefined
  }
  let fields: Record<string, unknown>
  try {
    fields = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>
  } catch (error) {
    faults.push(faultAt([], (error as Error).message))
    return undefined
  }
  const found = checkFields(fields)
  for (const { path, isKey, detail } of found) faults.push(faultAt(path, detail, isKey))
  const { kind, id, ...rest } = fields
  if (found.length > 0 || !isKind(kind) || typeof id !== 'string') return undefined
  return { kind, id, fields: rest, file, faultAt }
}

/** Where a field stands, or the nearest thing above it that there is. */
function offsetOf(document: Document.Parsed, path: (string | number)[], isKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const parent = length === 0 ? undefined : nodeAt(document, path.slice(0, length - 1))
    const name = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
      const node = (isKey && length === path.length ? pair?.key : (pair?.value ?? pair?.key)) as ParsedNode | undefined
      if (node?.range) return node.range[0]
    }
    const node = nodeAt(document, path.slice(0, length))
    if (node?.range) return node.range[0]
  }
  return document.range[0]
}

function nodeAt(document: Document.Parsed, path: (string | number)[]): ParsedNode | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path.map(toIndex), true)
  return (node ?? undefined) as ParsedNode | undefined
}

const toIndex = (part: string | number) => (/^\d+$/.test(String(part)) ? Number(part) : part)

function findTwins(wanted: Wanted[]): Fault[] {
  const seen = new Map<string, Wanted>()
  return wanted.flatMap((one) => {
    const name = `${one.kind} ${one.id}`
    const first = seen.get(name)
    if (!first) {
      seen.set(name, one)
      return []
    }
    const at = first.faultAt(['id'], '')
    return [one.faultAt(['id'], `${name} stands in ${at.file}:${at.line} as well.`)]
  })
}
