import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../domain/clock.ts'
import type { Source, SourceKindName, SourceSignature } from '../../domain/source.ts'
import { AppError } from '../../errors.ts'
import { openIfOurs, type Sealer } from '../../secrets/index.ts'
import { MapError, type Evaluator } from '../../sources/index.ts'
import type { Store } from '../../store/index.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { insertWithin, type OwnShare } from '../own-share.ts'
import { idTaken } from '../id-taken.ts'

/** A source as a request gives it; `rosters` leads from what the system calls its plans to rosters. */
export interface SourceInput {
  id: string
  kind: SourceKindName
  /** undefined: the one there is stays. */
  secret: string | undefined
  rosters: Record<string, string>
  signature: SourceSignature | null
  map: string | null
  /** What the caller's token is bound to; null: nothing. */
  within: string[] | null
  /** Whether the caller may change one that is there; one that it may not keeps its id. */
  isOwn?: (known: Source) => boolean
  share?: OwnShare<Source> | undefined
  assertSeen?: AssertSeen<Source>
}

export interface SourceDeps {
  store: Store
  sealer: Sealer
  clock: Clock
  evaluator: Evaluator
  publicUrl: string | undefined
}

const FORMER_SECRET_MS = 86_400_000
const FORMER_KEPT = 4

/** Names the record, so that a sealed secret copied onto another source does not open. */
export function sourceContext(id: string): string {
  return `source:${id}`
}

/**
 * Makes a source or changes one. A changed secret leaves the former one good for a day, so that both sides need not change at
 * once. Throws public_url_missing, map_invalid, secret_missing, conflict, limit_reached.
 */
export async function putSource(
  deps: SourceDeps,
  input: SourceInput,
): Promise<{ source: Source; isNew: boolean; isChanged: boolean }> {
  if (deps.publicUrl === undefined) throw new AppError('public_url_missing')
  if (input.map !== null) await assertMap(deps.evaluator, input.map, actorOf(input))
  const { store, sealer, clock } = deps
  const now = clock.now()
  const { id, kind, secret } = input
  const settings = { kind, rosters: input.rosters, signature: input.signature, map: input.map, within: input.within }
  const seal = (plain: string) => sealer.seal(plain, sourceContext(id))
  const sources = store.sources
  if (secret !== undefined) {
    const record: Source = {
      v: 1,
      id,
      ...settings,
      sealedSecret: seal(secret),
      formerSecrets: [],
      createdAt: now,
      updatedAt: now,
    }
    if (await insertWithin(sources, record, input.share)) {
      // Whoever deleted its former may have died, or a payload to that one come late.
      await store.sourceMemory(id).begin(now)
      return { source: record, isNew: true, isChanged: true }
    }
  }
  let isChanged = true
  const changed = await sources.update(id, (known) => {
    if (input.isOwn?.(known) === false) throw idTaken(id)
    input.assertSeen?.(known)
    if (known.kind !== kind) throw new AppError('source_kind_fixed', { details: { source: id } })
    const secrets = secret === undefined ? {} : renewSecret(sealer, known, secret, now)
    const next = { ...known, ...settings, ...secrets }
    isChanged = !isDeepStrictEqual(next, known)
    return { ...next, updatedAt: now }
  })
  if (changed) return { source: changed, isNew: false, isChanged }
  if (secret === undefined) throw new AppError('secret_missing', { details: { source: id } })
  throw new AppError('conflict')
}

function renewSecret(sealer: Sealer, known: Source, secret: string, now: number) {
  const context = sourceContext(known.id)
  const replacedSecret = openIfOurs(sealer, known.sealedSecret, context)
  if (replacedSecret === secret) return {}
  const replaced = { sealed: known.sealedSecret, until: replacedSecret === null ? now : now + FORMER_SECRET_MS }
  const former = [replaced, ...known.formerSecrets].filter(({ until }) => until > now).slice(0, FORMER_KEPT)
  return { sealedSecret: sealer.seal(secret, context), formerSecrets: former }
}

/** Whose turn it is when an expression is evaluated: a bound token's sources together have one. */
export function actorOf({ id, within }: Pick<Source, 'id' | 'within'>): string {
  return within === null ? `source:${id}` : `rosters:${within.toSorted().join(',')}`
}

async function assertMap(evaluator: Evaluator, map: string, actor: string): Promise<void> {
  try {
    await evaluator.compile(map, actor)
  } catch (error) {
    if (!(error instanceof MapError)) throw error
    throw new AppError('map_invalid', { message: error.message, cause: error })
  }
}

/** One source. Throws not_found. */
export async function getSource(deps: { store: Store }, id: string): Promise<Source> {
  const source = await deps.store.sources.find(id)
  if (!source) throw sourceNotFound(id)
  return source
}

/** The error of a source that is not there. */
export const sourceNotFound = (id: string) =>
  new AppError('not_found', { message: `There is no source "${id}".`, details: { source: id } })

/** All sources. */
export function listSources(deps: { store: Store }): Promise<Source[]> {
  return deps.store.sources.list()
}

/** Forgets what the source told; the members it brought stay. `isOwn`: whose it is at the end counts. Throws not_found. */
export async function deleteSource(
  deps: { store: Store },
  id: string,
  isOwn: (known: Source) => boolean = () => true,
): Promise<void> {
  const source = await getSource(deps, id)
  if (!isOwn(source)) throw sourceNotFound(id)
  // First: whoever dies on the way leaves a source that can be deleted again.
  await deps.store.sourceMemory(id).destroy(source.createdAt)
  await deps.store.sources.deleteIf(id, (known) => known.createdAt === source.createdAt && isOwn(known))
  await forgetIfDeleted(deps, source)
}

/** Once something was kept of a source that may have been deleted meanwhile: nobody would forget it. */
export async function forgetIfDeleted(
  { store }: { store: Store },
  { id, createdAt }: Pick<Source, 'id' | 'createdAt'>,
): Promise<void> {
  const known = await store.sources.find(id)
  if (known?.createdAt !== createdAt) await store.sourceMemory(id).destroy(createdAt)
}

/** Every secret that is good at `now`, the newest first. */
export function openSourceSecrets(sealer: Sealer, source: Source, now: number): string[] {
  const former = source.formerSecrets.filter(({ until }) => until > now).map(({ sealed }) => sealed)
  const secrets = [source.sealedSecret, ...former].flatMap(
    (sealed) => openIfOurs(sealer, sealed, sourceContext(source.id)) ?? [],
  )
  if (secrets.length === 0) throw new AppError('secret_unreadable', { details: { source: source.id } })
  return secrets
}
