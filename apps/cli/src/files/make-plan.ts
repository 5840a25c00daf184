import { isDeepStrictEqual } from 'node:util'
import { FileFaults, type Fault } from './faults.ts'
import { KIND_NAMES, specOf, type Fields, type Kind, type ServerState } from './kinds.ts'
import type { Wanted } from './read-files.ts'

/** One field that gets another value. */
export interface FieldChange {
  path: string[]
  from: unknown
  to: unknown
}

/** What is done to one thing on the server. */
export interface Change {
  kind: Kind
  id: string
  action: 'create' | 'update' | 'delete'
  fields: FieldChange[]
  /** What makes it so; absent of what is deleted. */
  wanted?: Wanted
}

/** What has to change on the server for it to be as the files say. */
export interface Plan {
  changes: Change[]
  unchanged: number
  /** On the server, and in none of the files. */
  unlisted: { kind: Kind; id: string }[]
  /** Testers whom nobody put on a roster, where there are any. */
  drift: { roster: string; testers: number }[]
}

export interface PlanOptions {
  /** Delete what no file has. */
  prune: boolean
  /** Send every secret that files refer to again, though nobody can see whether it changed. */
  sendSecrets: boolean
}

/** Files against the server: exactly what `apply` would do, in its order. Throws faults that only the server shows. */
export function makePlan(wanted: readonly Wanted[], server: ServerState, { prune, sendSecrets }: PlanOptions): Plan {
  const faults = wanted.flatMap((one) => findFaults(one, wanted, server, prune))
  if (faults.length > 0) throw new FileFaults(faults)
  const changes: Change[] = []
  let unchanged = 0
  for (const kind of KIND_NAMES) {
    for (const one of wanted.filter((document) => document.kind === kind)) {
      const current = server[kind].get(one.id)
      const fields = compare(one, current?.fields, sendSecrets)
      if (current && fields.length === 0) unchanged++
      else changes.push({ kind, id: one.id, action: current ? 'update' : 'create', fields, wanted: one })
    }
  }
  const unlisted = KIND_NAMES.flatMap((kind) =>
    [...server[kind].keys()]
      .filter((id) => !wanted.some((one) => one.kind === kind && one.id === id))
      .map((id) => ({ kind, id })),
  )
  const drift = [...server.roster]
    .filter(([, roster]) => roster.drift > 0)
    .map(([roster, item]) => ({ roster, testers: item.drift }))
  if (!prune) return { changes, unchanged, unlisted, drift }
  const deletions = unlisted.toReversed().map(({ kind, id }): Change => ({ kind, id, action: 'delete', fields: [] }))
  return { changes: [...changes, ...deletions], unchanged, unlisted: [], drift }
}

/** What of one document is another on the server; everything where it is not there. */
export function compare(
  { kind, fields }: Pick<Wanted, 'kind' | 'fields'>,
  current: Fields | undefined,
  sendSecrets: boolean,
): FieldChange[] {
  const { secrets, alwaysSendsSecrets } = specOf(kind)
  const changes = Object.entries(fields)
    .filter(([field]) => !secrets.includes(field))
    .flatMap(([field, value]): FieldChange[] =>
      current
        ? differences([field], inWordsOf(field, value, current[field]), value)
        : [{ path: [field], from: undefined, to: value }],
    )
  const goAlong = current === undefined || sendSecrets || (alwaysSendsSecrets && changes.length > 0)
  const sent = secrets.filter((name) => goAlong && fields[name] !== undefined)
  return [
    ...changes,
    ...sent.map((name) => ({ path: [name], from: current && '(kept)', to: describeSecret(fields[name]) })),
  ]
}

/** The server's value in the words of the file: an app by its bundle id where the file says so. */
function inWordsOf(field: string, wanted: unknown, current: unknown): unknown {
  if ((field !== 'app' && field !== 'group') || !isFields(wanted) || !isFields(current)) return current
  // "create" is how to make it; once it is there, nothing tells whether it was.
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, name === 'create' ? wanted[name] : current[name]]))
}

/** Lists are sets here: types of callbacks, rosters. */
function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return isDeepStrictEqual(one, other)
  return isDeepStrictEqual(new Set(one), new Set(other))
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Down to the very field: "removalGuard.percent", not the whole guard. */
function differences(path: string[], from: unknown, to: unknown): FieldChange[] {
  if (isSame(from, to)) return []
  if (!isFields(from) || !isFields(to)) return [{ path, from, to }]
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return names.flatMap((name) => differences([...path, name], from[name], to[name]))
}

function describeSecret(reference: unknown): string {
  const { file, env } = reference as { file?: string; env?: string }
  return file === undefined ? `(from the variable ${env})` : `(from ${file})`
}

/** What the schema can't see: secrets that are needed, references to nothing, and what cannot be changed. */
function findFaults(one: Wanted, wanted: readonly Wanted[], server: ServerState, prune: boolean): Fault[] {
  const { kind, id, fields, faultAt } = one
  const current = server[kind].get(id)
  const isThere = (other: Kind, name: string) =>
    wanted.some((document) => document.kind === other && document.id === name) || (!prune && server[other].has(name))
  const faults: Fault[] = []
  const { secrets, alwaysSendsSecrets, title } = specOf(kind)
  const isNeeded = !current || (alwaysSendsSecrets && compare(one, current.fields, false).length > 0)
  for (const name of secrets.filter((field) => isNeeded && fields[field] === undefined)) {
    const why = current ? 'it is replaced' : 'it is new'
    faults.push(faultAt(['id'], `"${name}" is missing: ${why}, and a ${title} can't be put without.`))
  }
  if (kind === 'roster') {
    const key = String(fields['teamKey'])
    if (!isThere('teamKey', key))
      faults.push(faultAt(['teamKey'], `There is no team key "${key}", in these files or on the server.`))
    for (const field of ['app', 'group'] as const) {
      if (
        current &&
        differences([field], inWordsOf(field, fields[field], current.fields[field]), fields[field]).length > 0
      ) {
        faults.push(
          faultAt([field], `The ${field} of a roster cannot be changed. Make a new roster, then delete this one.`),
        )
      }
    }
  }
  for (const [path, roster] of rostersIn(kind, fields)) {
    if (!isThere('roster', roster))
      faults.push(faultAt(path, `There is no roster "${roster}", in these files or on the server.`))
  }
  return faults
}

function rostersIn(kind: Kind, { rosters }: Fields): [(string | number)[], string][] {
  if ((kind === 'webhook' || kind === 'notice') && Array.isArray(rosters))
    return rosters.map((roster, at) => [['rosters', at], String(roster)])
  if (kind === 'source' && isFields(rosters))
    return Object.entries(rosters).map(([name, roster]) => [['rosters', name], String(roster)])
  return []
}
