import { formatTable } from './table.mjs'

const WORDS = {
  pending: 'Not settled yet.',
  not_invited: 'In the group; Apple has not sent the invitation yet.',
  invited: 'In the group; Apple has sent the invitation.',
  accepted: 'The invitation was accepted.',
  installed: 'The app was installed.',
  removed: 'Left the roster; not in the group.',
}

/** Why a member has its status: the problem's own words where there is one. */
export function describeMember(member, members) {
  const { status, problem } = member
  if (problem) return [problem.detail, problem.action].filter(Boolean).join(' ')
  const twin = members.slice(0, members.indexOf(member)).find((other) => isSameTester(member, other))
  return [WORDS[status], twin && `One tester with ${twin.id}, whose address it shares.`].filter(Boolean).join(' ')
}

function isSameTester(member, other) {
  return Boolean(member.tester && other.tester && member.email?.toLowerCase() === other.email?.toLowerCase())
}

const MANY = 6

/** What became of the events that changed nothing, and why. */
export function describeEvents(events, answer) {
  const head = `Of ${events.length} events ${answer.accepted} were accepted, ${answer.duplicate} duplicate, ${answer.stale} stale, ${answer.rejected} rejected.`
  const others = answer.events
    .map((outcome, at) => ({ ...outcome, type: events[at]?.type ?? '', sentId: events[at]?.id ?? '' }))
    .filter(({ status }) => status !== 'accepted')
  const duplicates = others.filter(({ status }) => status === 'duplicate')
  const shown = duplicates.length > MANY ? others.filter(({ status }) => status !== 'duplicate') : others
  const rows = shown.map((outcome) => [
    outcome.sentId,
    outcome.type,
    outcome.member ?? '–',
    outcome.status,
    explain(outcome),
  ])
  const lines = [head]
  if (duplicates.length > MANY)
    lines.push('The duplicates were known from the last start: the same source and id has one effect.')
  if (rows.length > 0) lines.push('', formatTable([['EVENT', 'TYPE', 'MEMBER', 'OUTCOME', 'WHY'], ...rows]))
  return lines.join('\n')
}

function explain({ status, problem }) {
  if (problem) return [problem.detail ?? problem.title, problem.action].filter(Boolean).join(' ')
  if (status === 'duplicate') return 'The same source and id came before.'
  if (status === 'stale') return 'Its time is older than the event that decided this member last.'
  return ''
}
