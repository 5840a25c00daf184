import { isBuildLack, type TesterState, type WaitsFor, type Warning } from '@flightroster/core/domain'
import type { MemberDescription } from '@flightroster/core/usecases/members'
import type { Tone } from '../words.ts'
import { onPages, pageAction } from './wait-notice.ts'

/** These say when, and the problem says why. */
const INNER_WAITS: ReadonlySet<WaitsFor['code']> = new Set(['retry', 'quiet_time', 'backlog'])

type Told = Pick<MemberDescription, 'status' | 'problem' | 'desired' | 'email' | 'tester'> & {
  /** What the newest reading says that the group's builds lack: a person's own problem is as old as their last turn. */
  lack?: Pick<Warning, 'detail' | 'action'> | undefined
}

export interface Why {
  tone: Tone
  title: string
  sentences: string[]
}

/** The same in a line of a list; nothing where the status says it all. */
export function shortWhy({ problem }: MemberDescription, waitsFor: WaitsFor | null): string {
  if (waitsFor?.code === 'roster_held') return problem ? `${problem.detail} ${waitsFor.detail}` : waitsFor.detail
  if (waitsFor && waitsFor.code !== 'backlog' && !(problem && INNER_WAITS.has(waitsFor.code))) return waitsFor.detail
  return problem?.detail ?? ''
}

const IN_GROUP: ReadonlySet<TesterState> = new Set(['not_invited', 'invited', 'accepted', 'installed'])

/** Where somebody stands whose newest change is not carried out: who is in stays in until it is, also with another name to come. */
function standing({ desired, tester }: Pick<MemberDescription, 'desired' | 'tester'>): { says: string; what: string } {
  const isIn = tester !== null && IN_GROUP.has(tester.state)
  if (desired === 'present') {
    return isIn
      ? { says: 'In, but the newest change is not carried out yet.', what: 'It' }
      : { says: 'Not in yet.', what: 'The change' }
  }
  return isIn ? { says: 'Still in.', what: 'The removal' } : { says: 'The removal is not carried out yet.', what: 'It' }
}

/** The first thing that anybody asks about a person: are they in, and if not, why, and who has to do what. */
export function tellWhy(member: Told, waitsFor: WaitsFor | null = null): Why {
  const { problem } = member
  // A plan that is held keeps nobody out or in: where somebody stands is told first.
  if (waitsFor?.code === 'roster_held') {
    const { tone, title, sentences } = tellStanding(member)
    return {
      tone: tone === 'good' ? 'warn' : tone,
      title,
      sentences: [...sentences, waitsFor.detail, pageAction(waitsFor)],
    }
  }
  // What stops the whole roster is told before one person's problem: yesterday's refusal explains nothing while the key is blocked.
  if (waitsFor && waitsFor.code !== 'backlog' && !(problem && INNER_WAITS.has(waitsFor.code))) {
    const besides = problem ? [`Besides: ${problem.detail} ${problem.action}`] : []
    const title = `${standing(member).says} ${waitsFor.detail}`
    return { tone: 'warn', title, sentences: [pageAction(waitsFor), ...besides] }
  }
  return tellStanding(member)
}

/** Whether they are in, before what is wrong: of whom Apple has told, the problem says it. */
function whereWith(member: Told): string {
  if (member.status === 'pending' || member.status === 'waiting') return `${standing(member).says} `
  // Taken out by hand: the roster wants the person in.
  if (member.status === 'removed') return member.desired === 'present' ? 'Not in. ' : ''
  if (member.status !== 'failed') return ''
  const isIn = member.tester !== null && IN_GROUP.has(member.tester.state)
  return isIn
    ? 'In, but the newest change failed. '
    : member.desired === 'present'
      ? 'Not in. '
      : 'The removal failed. '
}

/** By what is known of this person alone. */
function tellStanding(member: Told): Why {
  const { status, problem, email } = member
  if (problem && isBuildLack(problem.code)) {
    const { detail, action } = member.lack ?? problem
    const title = `In the group, and not invited yet. ${detail}`
    return { tone: 'warn', title, sentences: [action, 'Apple invites by itself once there is a build to install.'] }
  }
  if (problem) {
    const again = problem.retryable && status !== 'revoked' ? ['It can be tried again: “Sync with Apple now”.'] : []
    return {
      tone: status === 'failed' ? 'bad' : 'warn',
      title: `${whereWith(member)}${problem.detail}`,
      sentences: [onPages(problem.action), ...again],
    }
  }
  switch (status) {
    case 'pending': {
      const { says, what } = standing(member)
      return {
        tone: 'busy',
        title: `${says} ${what} is on its way to Apple.`,
        sentences: ['It waits for its turn, or is being carried out right now. Look again in a moment.'],
      }
    }
    case 'waiting':
      return {
        tone: 'warn',
        title: email === null ? 'Not in: no address is known yet.' : 'Not in yet: something has to happen first.',
        sentences: ['The person goes in by themselves as soon as it has.'],
      }
    case 'not_invited':
      return {
        tone: 'warn',
        title: 'In the group, but Apple has sent no invitation yet.',
        sentences: ['Apple invites as soon as the group has a build that can be installed.'],
      }
    case 'invited':
      return {
        tone: 'calm',
        title: "In: Apple's invitation is out, and has not been accepted yet.",
        sentences: [
          'The person opens the mail from TestFlight on the device and taps "View in TestFlight". Not there? Look in the junk folder, or send the invitation again.',
        ],
      }
    case 'accepted':
      return {
        tone: 'good',
        title: 'In: the invitation was accepted.',
        sentences: ['The app is not installed yet; the person installs it in TestFlight.'],
      }
    case 'installed':
      return { tone: 'good', title: 'In: the app is installed.', sentences: [] }
    case 'revoked':
      return {
        tone: 'warn',
        title: 'Out: the person stopped testing, or was removed from the app at Apple.',
        sentences: ['A new membership, or the invitation button, invites the person again.'],
      }
    case 'removed':
      return {
        tone: 'quiet',
        title: 'Not in: the membership ended.',
        sentences: ['“What happened” says by whom. A new membership, or “Put back”, lets the person in again.'],
      }
    case 'reclaimed':
      return {
        tone: 'quiet',
        title: 'Out of the app: the seat was taken back, because it was not used.',
        sentences: ['A new membership, or “Put back”, gives the person a seat and an invitation again.'],
      }
    case 'failed':
      return { tone: 'bad', title: 'Not in: adding the person failed.', sentences: ['See below what Apple answered.'] }
  }
}
