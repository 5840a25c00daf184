import { emailKey } from './email.ts'
import { isReclaimed, type Desired, type FormerAddress, type Observed, type Writing } from './member.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'

/**
 * Puts the address that a member moved away from, or that was cleared, among those that have to leave, before anything is
 * planned. Who has no seat has no new address to enter with.
 */
export function beginMove(desired: Desired, before: Observed): Observed {
  // No mail goes to somebody who has no seat; one that was taken back before this join is of no interest any more.
  if (isReclaimed(desired, before)) return { ...before, invite: false }
  const observed = { ...before, reclaimed: null }
  if (!desired.present) {
    // Left before anybody looked: the person may be in already, put there by hand.
    const email = observed.converged === 0 ? (observed.email ?? desired.email) : observed.email
    return { ...observed, email, grace: null }
  }
  const key = desired.email === null ? null : emailKey(desired.email)
  const stay = before.leaving.filter((email) => emailKey(email) !== key)
  if (observed.email !== null && emailKey(observed.email) === key) return { ...observed, leaving: stay }
  // Back at one that had still to leave: it may be in, and has to leave should the member move on before it has entered anew.
  const back = before.leaving.find((email) => emailKey(email) === key) ?? null
  const had = observed.state === 'accepted' || observed.state === 'installed'
  // Such an address is known to have been in: it gets no second mail.
  const invite = back === null && (observed.invite || had)
  if (observed.email === null) return { ...observed, email: back, leaving: stay, invite }
  return {
    ...dropWriting(observed),
    email: back,
    state: null,
    confirmed: false,
    settledState: false,
    leaving: [...stay, observed.email],
    former: rememberEntry(observed, observed.email),
    invite,
  }
}

/** No more than anybody has in a day of faults: the oldest go first. */
const FORMER_KEPT = 8

/** Each address once, the newest last. */
export function rememberFormer(former: readonly FormerAddress[], email: string, at: number): FormerAddress[] {
  return [...former.filter((one) => emailKey(one.email) !== emailKey(email)), { email, at }].slice(-FORMER_KEPT)
}

/** The same, with since when the address may be in; as it is where none of this member's may be. */
function rememberEntry(observed: Observed, email: string): FormerAddress[] {
  const since = inSince(observed, email)
  return since === null ? observed.former : rememberFormer(observed.former, email, since)
}

/** Gives up on our last write. Where it was an entry that nothing has shown yet, reads that lag must not hide it from whoever looks next. */
export function dropWriting(observed: Observed): Observed {
  const { writing } = observed
  if (!writing) return observed
  const former = isEntry(writing) ? rememberEntry(observed, writing.email) : observed.former
  return { ...observed, former, writing: null }
}

/** A write that puts somebody into the group. */
export function isEntry({ kind }: Pick<Writing, 'kind'>): boolean {
  return kind === 'create' || kind === 'add'
}

/** How long reads may lag. */
const LAG_MS = REREAD_AFTER_MS.at(-1) ?? 60_000

/** When an address was put into the group last, or shown there (ms), as far as this member's own record says; null where it says nothing. */
export function inSince(observed: Observed, email: string): number | null {
  const { writing, former } = observed
  const times = former.filter((one) => emailKey(one.email) === emailKey(email)).map(({ at }) => at)
  if (writing && isEntry(writing) && isAbout(writing, email)) times.push(writing.at)
  if (observed.confirmed && isOwn(observed, email)) times.push(observed.observedAt ?? 0)
  return times.length === 0 ? null : Math.max(...times)
}

/** In so short a time ago that reads may not show it yet: not shown is not yet gone, unless Apple has taken our removal since. */
export function mayBeHidden(observed: Observed, email: string, now: number): boolean {
  const { writing } = observed
  const isTaken = writing !== null && !isEntry(writing) && writing.kind !== 'invite' && writing.answer === 'confirmed'
  if (isTaken && isAbout(writing, email)) return false
  const since = inSince(observed, email)
  return since !== null && mayLag(since, now)
}

/** Reads may still show what was before `since`. */
export function mayLag(since: number, now: number): boolean {
  return now - since < LAG_MS
}

/** When one who is not shown is read again: ever later after the entry, and once more when no read can lag any longer. */
export function nextRead(since: number, now: number): number {
  return since + (REREAD_AFTER_MS.find((after) => since + after > now) ?? now - since + READ_LOST_AFTER_MS)
}

/** Nothing but a wish of upstream's names the address: nobody was put in by it, and none was seen there. */
export function isGuess(observed: Observed, email: string): boolean {
  return (
    observed.converged === 0 && observed.writing === null && isOwn(observed, email) && inSince(observed, email) === null
  )
}

export function isOwn({ email: own }: Pick<Observed, 'email'>, email: string): boolean {
  return own !== null && emailKey(own) === emailKey(email)
}

export function isAbout(writing: Writing, email: string): boolean {
  return emailKey(writing.email) === emailKey(email)
}
