import type { Roster } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import type { MemberRecord } from '@flightroster/core/store'
import { createUploads } from '@flightroster/core/store'
import { applySnapshot, type SnapshotResult } from '@flightroster/core/usecases/reconcile'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { ApiDeps } from '../../deps.ts'
import { decodeText, inPieces } from '../../routes/members/put-roster-charset.ts'
import { readCsv } from '../../routes/members/put-roster-csv.ts'
import type { ReadList } from '../../routes/members/put-roster-rows.ts'

/** A list and what it would do. */
export interface Draft {
  list: ReadList
  result: SnapshotResult
  /** Who would leave, in the order of the plan. */
  leaving: { id: string; record: MemberRecord | undefined }[]
  /** Of the plan: what is confirmed is what was shown. */
  fingerprint: string
}

const KEPT_MS = 30 * 60_000
const SHOWN_BY_NAME = 1_000

const contextOf = (roster: Roster) => `upload:${roster.id}`

/** Kept for half an hour, sealed, until somebody confirms the plan. */
export async function keepUpload(deps: ApiDeps, roster: Roster, content: Buffer): Promise<string> {
  const packed = await promisify(gzip)(content)
  return createUploads(deps.store.redis, roster.teamKey).keep(
    deps.sealer.seal(packed.toString('base64'), contextOf(roster)),
    KEPT_MS,
  )
}

/** Throws not_found where it has expired. */
export async function openUpload(deps: ApiDeps, roster: Roster, id: string): Promise<Buffer> {
  const sealed = await createUploads(deps.store.redis, roster.teamKey).find(id)
  if (sealed === undefined)
    throw new AppError('not_found', { message: 'The list is not kept any more: send it again.' })
  return promisify(gunzip)(Buffer.from(deps.sealer.open(sealed, contextOf(roster)), 'base64'))
}

export async function forgetUpload(deps: ApiDeps, roster: Roster, id: string): Promise<void> {
  await createUploads(deps.store.redis, roster.teamKey).forget(id)
}

/** What the list would do; changes nothing. */
export async function draftUpload(deps: ApiDeps, roster: Roster, content: Buffer, allowEmpty: boolean): Promise<Draft> {
  const list = await readCsv(decodeText(inPieces(inOnePiece(content)), 'utf-8'), deps.rosterLimit)
  const { rows, doubt: rejected } = list
  const result = await applySnapshot(deps, { roster, rows, rejected, dryRun: true, allowEmpty })
  const ids = result.plan.remove.slice(0, SHOWN_BY_NAME)
  const records = await deps.store.members(roster.teamKey, roster.id).findMany(ids)
  const leaving = ids.map((id, at) => ({ id, record: records[at] }))
  return { list, result, leaving, fingerprint: fingerprintOf(result) }
}

/** Takes the list over as it was shown. */
export async function applyUpload(
  deps: ApiDeps,
  roster: Roster,
  { list }: Draft,
  allowEmpty: boolean,
): Promise<SnapshotResult> {
  return applySnapshot(deps, { roster, rows: list.rows, rejected: list.doubt, dryRun: false, allowEmpty })
}

function fingerprintOf({ plan, held }: SnapshotResult): string {
  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort()
  const shown = [idsOf(plan.add), idsOf(plan.update), [...plan.remove].sort(), held]
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)
}

async function* inOnePiece(content: Buffer): AsyncGenerator<Buffer> {
  yield content
}
