import { randomBytes } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Sealer } from '../../secrets/index.ts'
import type { MemberRecord, Store } from '../../store/index.ts'
import { getRoster } from '../get-roster.ts'
import { getMember, memberNotFound } from '../members/get-member.ts'
import { assertSettled } from '../assert-settled.ts'
import { number, object, oneOf, readJson, text } from '../../domain/shape.ts'

export interface LinkDeps {
  store: Store
  sealer: Sealer
  clock: Clock
  publicUrl: string | undefined
}

/** What a link carries, sealed: nobody can make one, change one, or read an id from one. */
interface LinkContent {
  v: 1
  roster: string
  member: string
  mark: string
  /** When it ends, ms. */
  until: number
}

const linkContent = object<LinkContent>({ v: oneOf(1), roster: text, member: text, mark: text, until: number })

const DAY_MS = 86_400_000
/** Also the end of every guess: what was not sealed by us does not open. */
const CONTEXT = 'member-link'
const LONGEST_TOKEN = 2_000
/** Reading base64 skips whatever else stands in it, and the token is written into pages and redirects. */
const TOKEN = /^[\w.-]+$/

/**
 * A link to the own page of one member. A new one leaves the others good. Throws not_found, public_url_missing, and
 * conflict or store_unavailable where the roster is being deleted or moves.
 */
export async function makeMemberLink(
  deps: LinkDeps,
  { roster, member, days }: { roster: Roster; member: string; days: number },
): Promise<{ url: string; expiresAt: number }> {
  const { store, sealer, clock, publicUrl } = deps
  if (publicUrl === undefined) throw new AppError('public_url_missing')
  await getMember({ store }, roster, member)
  const links = store.lane(roster.teamKey).roster(roster.id).links
  const mark = await links.findOrSet(member, randomBytes(9).toString('base64url'))
  if (mark === null) {
    assertSettled(await getRoster({ store }, roster.id), roster.teamKey)
    throw memberNotFound(roster)
  }
  const until = clock.now() + days * DAY_MS
  const content: LinkContent = { v: 1, roster: roster.id, member, mark, until }
  const token = sealer.seal(JSON.stringify(content), CONTEXT)
  return { url: `${publicUrl.replace(/\/+$/, '')}/m/${token}`, expiresAt: until }
}

/** Makes every link of a member void. Throws not_found. */
export async function voidMemberLinks(deps: { store: Store }, roster: Roster, member: string): Promise<void> {
  await getMember(deps, roster, member)
  await deps.store.lane(roster.teamKey).roster(roster.id).links.void([member])
}

/** The member whose page a link opens, and their roster. */
export interface OpenedLink {
  roster: Roster
  record: MemberRecord
}

/** Whose page a link opens; undefined for what is forged, void or outdated, which all look the same from outside. */
export async function openMemberLink(
  deps: Omit<LinkDeps, 'publicUrl'>,
  token: string,
): Promise<OpenedLink | undefined> {
  const content = readContent(deps.sealer, token)
  if (content === undefined || content.until <= deps.clock.now()) return undefined
  const roster = await deps.store.rosters.find(content.roster)
  if (!roster) return undefined
  const links = deps.store.lane(roster.teamKey).roster(roster.id).links
  const [mark, record] = await Promise.all([
    links.find(content.member),
    deps.store.members(roster.teamKey, roster.id).find(content.member),
  ])
  return record && mark === content.mark ? { roster, record } : undefined
}

function readContent(sealer: Sealer, token: string): LinkContent | undefined {
  if (token.length > LONGEST_TOKEN || !TOKEN.test(token)) return undefined
  try {
    return readJson(linkContent, sealer.open(token, CONTEXT), 'A link')
  } catch {
    return undefined
  }
}
