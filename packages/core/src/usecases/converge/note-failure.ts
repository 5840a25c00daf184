import { isWriteAmbiguous } from '@flightroster/app-store-connect'
import { settledStatus, type MemberStatus } from '../../domain/member.ts'
import { ERROR_RULES, type AppError, type ErrorCode } from '../../errors.ts'
import { dropWriting } from '../../domain/former-addresses.ts'
import { emailKey } from '../../domain/email.ts'
import { endpointOf, READS, REFUSALS } from './attempt.ts'
import type { ListenerDeps } from './note-answers.ts'
import type { Taken } from './take-steps.ts'
import { amend, wantsToBeIn, type Ending, type Turn } from './turn.ts'

/** A write that surely had no effect: as if it had never been noted. */
export function takeBack(turn: Turn): void {
  if (turn.before) amend(turn, turn.before)
}

/** What a failed call means for one member: by what was asked, by the error's disposition, and by whether it may have been applied. */
export async function noteFailure(
  deps: ListenerDeps,
  { turn, step }: Taken,
  error: AppError,
  merged: number,
  asked: 'step' | 'read',
): Promise<void> {
  const rule = ERROR_RULES[error.code]
  const isWrite = asked === 'step'
  const isRefusal = REFUSALS.includes(error.code)
  const mayBeThere = isWrite && isRefusal && !(step.do === 'create' && rule.disposition === 'reject')
  if (isWrite && !isWriteAmbiguous(error) && (!mayBeThere || step.do === 'invite')) takeBack(turn)
  if (rule.stops === 'lane') {
    deps.brakes.stop(error)
    turn.ending = { kind: 'give_back' }
    return
  }
  if (error.code === 'apple_not_found' && (await deps.isGroupGone(turn.roster))) return
  if (isWrite && step.do === 'invite') return noteFailedInvitation(deps, turn, error)
  if (mayBeThere) {
    // An unknown group is refused in as many ways as a bad tester: the group is read, once a turn.
    if (await deps.isGroupGone(turn.roster)) return
    const { writing } = turn.observed
    deps.testers.get(turn.roster.app.id)?.delete(emailKey(step.email))
    turn.learnt.set(emailKey(step.email), null)
    if (writing) amend(turn, { writing: { ...writing, answer: 'refused', reads: 0 } })
    return
  }
  if (!isWrite && (isRefusal || error.code === 'call_forbidden')) {
    // Says nothing of the person: asked again later, and nothing is believed meanwhile.
    turn.ending = later(turn, deps.brakes.againAt(READS), error)
    return
  }
  switch (rule.disposition) {
    case 'reject':
      amend(turn, { ...dropWriting(turn.observed), confirmed: false })
      turn.ending = { kind: 'done', status: 'failed', problem: error.code, detail: error.message }
      return
    case 'wait':
      deps.seats.noteFull(turn.roster.app.id)
      amend(turn, dropWriting(turn.observed))
      turn.ending = { kind: 'in_line' }
      return
    case 'retry':
    case 'block':
      // A call for many speaks of Apple, not of one of them: nobody loses an attempt.
      if (error.code === 'call_forbidden') {
        turn.ending = merged > 1 ? later(turn, deps.brakes.againAt(endpointOf(step)), error) : { kind: 'retry', error }
        return
      }
      deps.brakes.trouble(error, merged)
      turn.ending = merged > 1 ? { kind: 'give_back' } : { kind: 'retry', error }
  }
}

/** An invitation that was asked for ends in a mail, or in words that say why not. Surely not sent goes again; a second mail never does. */
function noteFailedInvitation(deps: ListenerDeps, turn: Turn, error: AppError): void {
  const { appleCode, status } = error.details
  const said = [status, appleCode].filter((word) => typeof word === 'string' || typeof word === 'number').join(' ')
  if (isWriteAmbiguous(error)) {
    deps.brakes.trouble(error, 1)
    return endInvitation(turn, 'invitation_unknown')
  }
  if (error.code === 'build_missing') {
    endInvitation(turn)
    turn.ending = { kind: 'done', status: 'not_invited', problem: 'build_missing' }
    return
  }
  if (typeof appleCode === 'string' && appleCode.endsWith('ALREADY_ACCEPTED')) {
    // Newer than what we know of the person.
    turn.fresh = true
    return endInvitation(turn)
  }
  const detail = `${ERROR_RULES.invitation_refused.title} Answer: ${said || 'none'}.`
  if (ERROR_RULES[error.code].disposition === 'reject' || turn.job.isLastAttempt) {
    return endInvitation(turn, 'invitation_refused', detail)
  }
  if (error.code === 'apple_unreachable') deps.brakes.trouble(error, 1)
  turn.ending = { kind: 'retry', error, status: settledStatus(true, turn.observed.state) }
}

/** Whoever asked for an invitation has what there is to have: a mail, or the reason why not. */
export function endInvitation(turn: Turn, problem: ErrorCode | null = null, detail?: string): void {
  turn.invite = false
  const { writing } = turn.observed
  amend(turn, { invite: false, writing: writing?.kind === 'invite' ? null : writing })
  if (problem !== null) turn.notice = { problem, detail: detail ?? ERROR_RULES[problem].title }
}

function later(turn: Turn, until: number, { code, message }: AppError): Ending {
  return { kind: 'later', until, status: unsettledStatus(turn), problem: code, detail: message }
}

/** What is said of somebody whose turn ended before it was known: what was known before. A move is over once the former address is out. */
export function unsettledStatus(turn: Turn): MemberStatus {
  const { observed } = turn
  const isIn = wantsToBeIn(turn) && observed.confirmed && observed.leaving.length === 0
  return isIn ? settledStatus(true, observed.state) : 'pending'
}
