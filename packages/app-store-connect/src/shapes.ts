import { z } from 'zod'
import { parseJson } from './apple-problems.ts'
import type { TesterState } from './types.ts'

/** Reads the answer to one call; throws Unfit where it is not what Apple's OpenAPI promises. */
export type ReadAnswer<T> = (answer: { status: number; body: string }) => T

/** The message says what is not valid, by field and never by value. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

/** JSON of this shape, then `toValue`. Tolerant: only fields that are used are looked at. */
export function readJson<S extends z.ZodType, T>(schema: S, toValue: (document: z.output<S>) => T): ReadAnswer<T> {
  return ({ status, body }) => {
    if (status >= 300) throw new Unfit('redirect')
    const json = parseJson(body)
    if (json === undefined) throw new Unfit('not JSON')
    const parsed = schema.safeParse(json)
    if (parsed.success) return toValue(parsed.data)
    const places = parsed.error.issues.slice(0, 3).map(({ path }) => path.join('.') || 'document')
    throw new Unfit(`shape: ${places.join(', ')}`)
  }
}

/** Statuses that mean "done" without a body. A 200 page of some proxy is none of them, and must not pass for success. */
export function readStatus<T>(meanings: ReadonlyMap<number, T>): ReadAnswer<T> {
  return ({ status }) => {
    const meaning = meanings.get(status)
    if (meaning === undefined) throw new Unfit(`status ${status} where none with a body was expected`)
    return meaning
  }
}

const optionalText = z.string().nullish()
const optionalFlag = z.boolean().nullish()
const related = z.object({ data: z.object({ id: z.string() }).nullish() }).nullish()
const relatedMany = z
  .object({
    data: z.array(z.object({ id: z.string() })).nullish(),
    meta: z.object({ paging: z.object({ total: z.number().nullish() }).nullish() }).nullish(),
  })
  .nullish()

/** A JSON:API resource. Apple marks all attributes optional, so an absent block is an empty one. */
function resource<A extends z.ZodType>(attributes: A) {
  return z.object({ id: z.string().min(1), attributes })
}

export const testerResource = resource(
  z
    .object({
      email: optionalText,
      firstName: optionalText,
      lastName: optionalText,
      state: optionalText,
      // Beside the point: nobody is lost for what is odd in these.
      inviteType: z.unknown().optional(),
      appDevices: z.unknown().optional(),
    })
    .nullish(),
)
export const appResource = resource(z.object({ bundleId: z.string(), name: optionalText }))
export const groupResource = resource(
  z.object({ name: optionalText, isInternalGroup: optionalFlag, hasAccessToAllBuilds: optionalFlag }).nullish(),
).extend({ relationships: z.object({ app: related }).nullish() })
export const webhookResource = resource(z.object({ url: optionalText, enabled: optionalFlag }).nullish())
export const buildResource = resource(
  z.object({
    version: z.string(),
    uploadedDate: optionalText,
    expirationDate: optionalText,
    expired: optionalFlag,
    processingState: optionalText,
    usesNonExemptEncryption: optionalFlag,
  }),
).extend({
  relationships: z.object({ preReleaseVersion: related, buildBetaDetail: related, betaGroups: relatedMany }).nullish(),
})
export const includedResource = z.object({
  type: z.string(),
  id: z.string(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
})

// One resource. Made once, as the shapes of pages are: to make a shape costs more than to read an answer by it.
export const testerDocument = documentOf(testerResource)
export const groupDocument = documentOf(groupResource)
export const webhookDocument = documentOf(webhookResource)
/** An answer that matters only as proof that the thing was made. */
export const createdDocument = documentOf(z.object({ id: z.string().min(1) }))

function documentOf<R extends z.ZodType>(data: R) {
  return z.object({ data })
}

/** By the shape of a row: to make one costs more than to read a page by it. */
const pageShapes = new WeakMap<z.ZodType, z.ZodType>()

/** A page of a collection: PagedDocumentLinks and PagingInformation, `total` optional. */
export function pageOf<R extends z.ZodType>(row: R): ReturnType<typeof makePage<R>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was made of this very row
  const known = pageShapes.get(row) as ReturnType<typeof makePage<R>> | undefined
  if (known) return known
  const made = makePage(row)
  pageShapes.set(row, made)
  return made
}

function makePage<R extends z.ZodType>(row: R) {
  return z.object({
    data: z.array(row),
    included: z.array(includedResource).nullish(),
    links: z.object({ next: optionalText }).nullish(),
    meta: z.object({ paging: z.object({ total: z.number().int().nonnegative().nullish() }).nullish() }).nullish(),
  })
}

const TESTER_STATES: ReadonlyMap<string, TesterState> = new Map([
  ['NOT_INVITED', 'not_invited'],
  ['INVITED', 'invited'],
  ['ACCEPTED', 'accepted'],
  ['INSTALLED', 'installed'],
  ['REVOKED', 'revoked'],
])

/** BetaTesterState; undefined for a value that OpenAPI 4.4.1 does not know. Absent and null were seen live: `unknown`. */
export function parseTesterState(state: string | null | undefined): TesterState | undefined {
  return state === null || state === undefined ? 'unknown' : TESTER_STATES.get(state)
}
