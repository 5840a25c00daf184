import { emailKey, parseEmail } from '../../domain/email.ts'
import type { MemberFact } from '../../domain/fact.ts'
import { isReclaimed } from '../../domain/member.ts'
import { AppError } from '../../errors.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { LimitWindow } from '../../store/index.ts'
import { acceptEvents, type IncomingEvent, type IntakeDeps, type RequestWorkDeps } from '../intake/index.ts'
import { limitRequest } from '../members/limit-request.ts'
import { requestForMember } from '../members/request-for-member.ts'
import { assertNewest } from '../members/put-member.ts'
import type { OpenedLink } from './link.ts'

/** The `source` of what members say themselves. */
const SOURCE = '/member-page'

const MINUTE_MS = 60_000
const WINDOWS: Record<'page' | 'address', readonly LimitWindow[]> = {
  page: [{ windowMs: MINUTE_MS, limit: 60 }],
  // Each new address is mailed by Apple.
  address: [
    { windowMs: 60 * MINUTE_MS, limit: 3 },
    { windowMs: 24 * 60 * MINUTE_MS, limit: 5 },
  ],
}

type ActDeps = IntakeDeps & RequestWorkDeps & { toRef: ToRef }

/** Counts a request of this kind from a member's own page. Throws rate_limited where there were too many. */
export async function limitMemberPage(deps: ActDeps, { roster, record }: OpenedLink, kind: keyof typeof WINDOWS) {
  const ref = deps.toRef(roster.id, record.id)
  const windows = WINDOWS[kind]
  const request = { teamKey: roster.teamKey, kind: `member-${kind}`, ref, windows }
  const waitMs = await deps.store.countRequest(request)
  if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
}

/** The member gives the address of their Apple Account, or another one. Throws rate_limited, newer_event. */
export async function giveAddress(
  deps: ActDeps,
  link: OpenedLink,
  text: string,
): Promise<'given' | 'same' | 'invalid'> {
  const email = parseEmail(text)
  if (email === null) return 'invalid'
  const { desired } = link.record
  if (desired.email !== null && emailKey(desired.email) === emailKey(email)) return 'same'
  await limitMemberPage(deps, link, 'address')
  // Whose seat was taken back asks for one again by it.
  const what = isOut(link) ? COMES_BACK : ({ kind: 'update' } as const)
  await say(deps, link, { ...what, email, fact: changedOf(deps, link) })
  return 'given'
}

const COMES_BACK = { kind: 'join', entry: 'restored' } as const
const isOut = ({ record: { desired, observed } }: OpenedLink) => isReclaimed(desired, observed)

/** Apple's invitation again, or a seat that was taken back, as seldom as anybody may ask for it. Throws rate_limited, newer_event. */
export async function askForInvitation(deps: ActDeps, link: OpenedLink): Promise<void> {
  const { roster, record } = link
  const request = { roster, member: record.id, kind: 'invitation' } as const
  if (!isOut(link)) return requestForMember(deps, { ...request, origin: 'member' })
  await limitRequest(deps, request)
  await say(deps, link, { ...COMES_BACK, email: undefined })
}

/** The person leaves the roster by their own page; an upstream that sends them again brings them back. Throws newer_event. */
export async function leaveRoster(deps: ActDeps, link: OpenedLink): Promise<void> {
  await say(deps, link, { kind: 'leave', email: undefined })
}

async function say(
  deps: ActDeps,
  { roster, record }: OpenedLink,
  what: Pick<IncomingEvent, 'kind' | 'email' | 'entry' | 'fact'>,
): Promise<void> {
  const event: IncomingEvent = {
    ...what,
    id: undefined,
    source: SOURCE,
    roster: roster.id,
    born: roster.createdAt,
    member: record.id,
    firstName: undefined,
    lastName: undefined,
    time: undefined,
    origin: 'member',
  }
  const [outcome] = await acceptEvents(deps, [event])
  if (!outcome || outcome.status === 'rejected') throw new AppError(outcome?.problem ?? 'not_found')
  await assertNewest(deps, { roster, member: record.id }, outcome)
}

/** The address itself goes to those alone who asked for addresses, and is read when it is sent. */
function changedOf({ clock }: ActDeps, { roster, record }: OpenedLink): MemberFact {
  return {
    type: 'member.address_changed',
    roster: roster.id,
    member: record.id,
    // As new as what was told last: the outcomes that follow from it count on from there.
    sequence: record.observed?.told?.sequence ?? 0,
    status: 'pending',
    problem: null,
    at: clock.now(),
  }
}
