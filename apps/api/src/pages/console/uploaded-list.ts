import type { Roster } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { openIfOurs } from '@flightroster/core/secrets'
import type { MemberRecord } from '@flightroster/core/store'
import { applySnapshot, type PlannedRow, type SnapshotResult } from '@flightroster/core/usecases/reconcile'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { ApiDeps } from '../../deps.ts'
import type { AskedDeps } from '../../on-behalf-of.ts'
import { inPieces } from '../../routes/members/in-pieces.ts'
import { decodeText } from '../../routes/members/put-roster-charset.ts'
import { formatColumnMap, parseColumnMap, type ColumnMap } from '../../routes/members/put-roster-columns.ts'
import { previewCsv, readCsv } from '../../routes/members/put-roster-csv.ts'
import { tellRejected, type ReadList, type RejectedList } from '../../routes/members/put-roster-rows.ts'
import type { ListedPerson } from './person-table.ts'

/** A list and what it would do. */
export interface Draft {
  list: ReadList
  result: SnapshotResult
  /** Every row left out. */
  rejected: RejectedList
  /** Of the plan, the first of each. */
  coming: ListedPerson[]
  changing: ListedPerson[]
  leaving: ListedPerson[]
  /** Of the plan: what is confirmed is what was shown. */
  fingerprint: string
}

const KEPT_MS = 30 * 60_000
const SHOWN_BY_NAME = 200

const contextOf = (roster: Roster) => `upload:${roster.id}`

/** Kept for half an hour, sealed, until somebody confirms the plan. */
export async function keepUpload(deps: ApiDeps, roster: Roster, content: Buffer): Promise<string> {
  const packed = await promisify(gzip)(content)
  return deps.store
    .lane(roster.teamKey)
    .uploads.keep(deps.sealer.seal(packed.toString('base64'), contextOf(roster)), KEPT_MS)
}

/** Throws not_found where it has expired, or was sealed by an ENCRYPTION_KEY that is gone. */
export async function openUpload(deps: ApiDeps, roster: Roster, id: string): Promise<Buffer> {
  const sealed = await deps.store.lane(roster.teamKey).uploads.find(id)
  const packed = sealed === undefined ? null : openIfOurs(deps.sealer, sealed, contextOf(roster))
  if (packed === null) throw new AppError('not_found', { message: 'The list is no longer kept: send it again.' })
  return promisify(gunzip)(Buffer.from(packed, 'base64'))
}

export async function forgetUpload(deps: ApiDeps, roster: Roster, id: string): Promise<void> {
  await deps.store.lane(roster.teamKey).uploads.forget(id)
}

/** Which columns hold what: as somebody said of this list or of the roster's last one, or as its header says. */
export type ColumnChoice = { by: 'header' } | { by: 'person'; map: ColumnMap }

/** What small requests of others go before: as for a list over REST. */
export interface Turns {
  turn: () => Promise<unknown>
}

/** Reads the list. Throws request_invalid where it is none, or its columns can't be told; list_too_long. */
export async function readUpload(
  deps: Pick<ApiDeps, 'rosterLimit'> & Turns,
  content: Buffer,
  columns: ColumnChoice,
): Promise<ReadList> {
  return readCsv(textOf(content, deps), deps.rosterLimit, columns.by === 'person' ? columns.map : undefined)
}

export const previewUpload = (turns: Turns, content: Buffer, rows: number) => previewCsv(textOf(content, turns), rows)

/** As the columns of the roster's last list were told, where this one has them too; undefined where nobody told any. */
export async function rememberedColumns(deps: ApiDeps, roster: Roster): Promise<ColumnMap | undefined> {
  const text = await deps.store.lane(roster.teamKey).uploads.columns(roster.id)
  return text === undefined ? undefined : parseColumnMap(text)
}

export async function rememberColumns(deps: ApiDeps, roster: Roster, map: ColumnMap): Promise<void> {
  await deps.store.lane(roster.teamKey).uploads.rememberColumns(roster.id, formatColumnMap(map))
}

/** What the list would do; changes nothing. */
export async function draftUpload(deps: ApiDeps & Turns, roster: Roster, list: ReadList): Promise<Draft> {
  const { rows, doubt: rejected } = list
  const { turn } = deps
  const result = await applySnapshot(deps, { roster, rows, rejected, dryRun: true, allowEmpty: false, turn })
  const { plan } = result
  const people = async (planned: readonly (PlannedRow | string)[]) => {
    const shown = planned.slice(0, SHOWN_BY_NAME).map((one) => (typeof one === 'string' ? { id: one } : one))
    const records = await deps.store.members(roster.teamKey, roster.id).findMany(shown.map(({ id }) => id))
    return shown.map((row, at) => toPerson(row, records[at]))
  }
  return {
    list,
    result,
    rejected: tellRejected(list, plan),
    coming: await people(plan.add),
    changing: await people(plan.update),
    leaving: await people([...plan.remove]),
    fingerprint: fingerprintOf(result),
  }
}

/** As the person would be: what the list does not say stays as it is known. */
function toPerson(row: Pick<PlannedRow, 'id'> & Partial<PlannedRow>, record: MemberRecord | undefined): ListedPerson {
  const of = (field: 'email' | 'firstName' | 'lastName') =>
    row[field] === undefined ? (record?.desired[field] ?? null) : row[field]
  return { id: row.id, email: of('email'), firstName: of('firstName'), lastName: of('lastName') }
}

/** Takes the list over as it was shown. */
export async function applyUpload(
  deps: AskedDeps & Turns,
  roster: Roster,
  { list }: Draft,
  allowEmpty: boolean,
): Promise<SnapshotResult> {
  const { turn } = deps
  return applySnapshot(deps, { roster, rows: list.rows, rejected: list.doubt, dryRun: false, allowEmpty, turn })
}

function fingerprintOf({ plan, held }: SnapshotResult): string {
  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort()
  const shown = [idsOf(plan.add), idsOf(plan.update), [...plan.remove].sort(), [...plan.clear].sort(), held]
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)
}

const textOf = (content: Buffer, { turn }: Turns) => decodeText(inPieces(inOnePiece(content), turn), 'utf-8')

async function* inOnePiece(content: Buffer): AsyncGenerator<Buffer> {
  yield content
}
