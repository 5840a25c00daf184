import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Document } from 'yaml'
import { checkFields } from './check-fields.ts'
import { FileFaults, type Fault } from './faults.ts'
import schema from './flightroster.schema.json' with { type: 'json' }
import { isKind, KIND_NAMES, specOf, type Fields, type Kind, type ServerState } from './kinds.ts'
import { compare } from './make-plan.ts'
import { listFiles, parseFile, type YamlFile } from './read-files.ts'

/** What an export did to the files. */
export interface Exported {
  written: string[]
  unchanged: number
  /** In the files, and not on the server any more: left as they are. */
  gone: { kind: Kind; id: string; file: string }[]
}

const SCHEMA_FILE = 'flightroster.schema.json'

/**
 * What there is, as files. A document that a file of the folder has already is brought up to date in its place, with its comments and
 * its references to secrets; for every other thing there is a new file.
 */
export async function exportFiles(server: ServerState, folder: string): Promise<Exported> {
  const files = await readFolder(folder)
  const exported: Exported = { written: [], unchanged: 0, gone: [] }
  const seen = new Set<string>()
  for (const file of files) {
    let changed = false
    for (const document of file.documents) {
      const { kind, id, ...fields } = document.toJS({ maxAliasCount: 100 }) as Fields
      if (!isKind(kind) || typeof id !== 'string') continue
      const item = server[kind].get(id)
      seen.add(`${kind} ${id}`)
      if (!item) exported.gone.push({ kind, id, file: file.path })
      else if (bringUpToDate(document, kind, id, fields, item.fields)) changed = true
    }
    if (!changed) exported.unchanged++
    else await write(exported, file.path, toText(file))
  }
  for (const kind of KIND_NAMES) {
    for (const [id, item] of server[kind]) {
      if (seen.has(`${kind} ${id}`)) continue
      const path = join(folder, specOf(kind).folder, `${id.replace(/^\./, '_.')}.yaml`)
      await write(exported, path, newFile(path, folder, kind, id, item.fields))
    }
  }
  await write(exported, join(folder, SCHEMA_FILE), `${JSON.stringify(schema, null, 2)}\n`)
  return exported
}

async function readFolder(folder: string): Promise<YamlFile[]> {
  const isThere = await stat(folder).catch(() => undefined)
  if (!isThere) return []
  const faults: Fault[] = []
  const files = await Promise.all((await listFiles(folder)).map((path) => parseFile(path, faults)))
  if (faults.length > 0) throw new FileFaults(faults)
  return files
}

async function write(exported: Exported, path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  exported.written.push(path)
}

/** Sets what differs, and nothing else: what stands around it stays as somebody wrote it. */
function bringUpToDate(document: Document, kind: Kind, id: string, fields: Fields, current: Fields): boolean {
  const complete: Fields = { kind, id, ...structuredClone(fields) }
  checkFields(complete)
  const { kind: _kind, id: _id, ...wanted } = complete
  const changes = compare({ kind, fields: wanted }, current, false)
  const { secrets } = specOf(kind)
  for (const { path, from } of changes) {
    if (secrets.includes(path[0] ?? '')) continue
    if (from === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(from))
  }
  return changes.length > 0
}

/** Several documents of one file, each behind its own line of dashes. */
function toText({ documents }: YamlFile): string {
  return documents
    .map((document, at) => {
      const text = document.toString({ lineWidth: 0 })
      return at > 0 && !/^---/m.test(text.slice(0, text.indexOf('kind:'))) ? `---\n${text}` : text
    })
    .join('')
}

function newFile(path: string, folder: string, kind: Kind, id: string, fields: Fields): string {
  const document = new Document({ kind, id, ...withoutDefaults(kind, inFileWords(kind, fields)) })
  const where = relative(dirname(path), join(folder, SCHEMA_FILE))
  document.commentBefore = ` yaml-language-server: $schema=${where}`
  if (kind === 'roster') {
    const { name } = fields['group'] as { name: string }
    const group = document.get('group', true) as { commentBefore?: string } | undefined
    if (group) group.commentBefore = ` ${name.replaceAll(/\s+/g, ' ')}`
  }
  return document.toString({ lineWidth: 0 })
}

/** An app by its bundle id, as people know it; a group by its id, since names may change and occur twice. */
function inFileWords(kind: Kind, fields: Fields): Fields {
  if (kind !== 'roster') return fields
  const { teamKey, app, group, ...rest } = fields as {
    teamKey: string
    app: { bundleId: string }
    group: { id: string }
  }
  return { teamKey, app: { bundleId: app.bundleId }, group: { id: group.id }, ...rest }
}

function withoutDefaults(kind: Kind, fields: Fields): Fields {
  const bare: Fields = Object.fromEntries(
    ['kind', 'id', 'sourceKind', 'teamKey', 'app', 'group', 'url', 'types', 'issuerId', 'keyId', 'signature', 'map']
      .filter((name) => fields[name] !== undefined)
      .map((name) => [name, structuredClone(fields[name])]),
  )
  const filled: Fields = { kind, id: 'any', ...bare }
  checkFields(filled)
  const kept = Object.entries(fields).filter(
    ([name, value]) => name in bare || JSON.stringify(filled[name]) !== JSON.stringify(value),
  )
  return Object.fromEntries(kept)
}
