import { ERROR_RULES } from '../errors.ts'
import { sayNext } from './build-supply.ts'
import type { TellableFact } from './delivery.ts'
import type { Fact, MemberFact, RosterFact } from './fact.ts'
import { CALLBACK_TYPES, wantsFact } from './webhook.ts'

/** Where notices to people can go. */
export const NOTICE_KINDS = ['slack', 'teams', 'email'] as const
/** Where a notice goes. */
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** Who of the people is told of what. An incoming webhook's address is a secret, so targets are sealed, bound to their record. */
export interface Notice {
  v: 1
  id: string
  kind: NoticeKind
  sealedTarget: string
  /** The target as it may be shown. */
  masked: string
  /** Types, `roster.*` and the like, or `*`. */
  types: string[]
  /** Only facts about these; null: all. */
  rosters: string[] | null
  createdAt: number
  updatedAt: number
}

/** Notices have the line of deliveries that webhooks have; no webhook's id holds a colon. */
const ENDPOINT = 'notice:'
/** The id of a notice among the endpoints, whose deliveries it shares with webhooks. */
export const toEndpoint = (noticeId: string) => `${ENDPOINT}${noticeId}`
/** The notice of an endpoint's id; undefined for that of a webhook. */
export const noticeIdOf = (endpoint: string) =>
  endpoint.startsWith(ENDPOINT) ? endpoint.slice(ENDPOINT.length) : undefined

/** What went on before it is over: whoever is told of the one is told of the other. */
const ENDS: Readonly<Partial<Record<Fact['type'], readonly Fact['type'][]>>> = {
  'roster.recovered': ['roster.held', 'roster.blocked'],
  'team_key.recovered': ['team_key.rejected'],
}

const endsOf = (type: Fact['type']) => CALLBACK_TYPES.filter((end) => ENDS[end]?.includes(type))

/**
 * Whether a notice is to know of a fact: its types and rosters have to match. Whoever asks for a beginning is told of its end; whoever
 * asks for an end alone is told of that, for which the beginning has to be known.
 */
export function wantsNotice(
  notice: Pick<Notice, 'types' | 'rosters'>,
  fact: Fact,
  rostersOfKey: ReadonlySet<string>,
): boolean {
  if (wantsFact(notice, fact, rostersOfKey)) return true
  return [...(ENDS[fact.type] ?? []), ...endsOf(fact.type)].some((type) =>
    wantsFact(notice, { type, ...('roster' in fact && { roster: fact.roster }) }, rostersOfKey),
  )
}

/** What somebody was told last of a roster or a team key, by `roster:gold` (held), `roster-block:gold` or `team-key:acme`; absent: it is well. */
export type ToldStates = ReadonlyMap<string, string>

/**
 * Of these facts, in their order, those that change what was told: one message when something begins, one when it is over. `types`: what
 * was asked for; a beginning that was not is known, and not told. `told`: the states afterwards, null where one is over.
 */
export function pickNews(
  types: readonly string[],
  facts: readonly Fact[],
  before: ToldStates,
): { news: Fact[]; told: Map<string, string | null> } {
  const told = new Map<string, string | null>()
  const isAsked = (type: Fact['type']) => wantsFact({ types: [...types], rosters: null }, { type }, new Set())
  const knownOf = (thing: string) => (told.has(thing) ? told.get(thing) : before.get(thing)) ?? null
  const end = (thing: string) => {
    const known = knownOf(thing)
    if (known !== null) told.set(thing, null)
    return known
  }
  const news = facts.flatMap((fact): Fact[] => {
    if (fact.type === 'roster.recovered') return endsOfRoster(fact, end)
    if (fact.type === 'team_key.recovered') return end(thingOf(fact) ?? '') === null ? [] : [fact]
    const [thing, state] = [thingOf(fact), stateOf(fact)]
    if (thing === null) return [fact]
    if (state === knownOf(thing)) return []
    told.set(thing, state)
    return isAsked(fact.type) ? [fact] : []
  })
  return { news, told }
}

/** A roster that goes on is not blocked any more; a plan that it still names waits as before. */
function endsOfRoster(fact: RosterFact, end: (thing: string) => string | null): Fact[] {
  const { reconciliation: stillHeld, ...over } = fact
  const news: Fact[] = end(blockOf(fact.roster)) === null ? [] : [over]
  if (stillHeld !== undefined) return news
  const [type, plan] = (end(`roster:${fact.roster}`) ?? '').split(' ')
  // What is over is said of what was told.
  return type === 'roster.held' ? [...news, { ...over, reconciliation: plan ?? '' }] : news
}

const blockOf = (roster: string) => `roster-block:${roster}`

/** People and builds have no state that ends: each fact about them is news. A roster can be blocked and held. */
function thingOf(fact: Fact): string | null {
  if ('teamKey' in fact) return `team-key:${fact.teamKey}`
  if (fact.type === 'roster.blocked') return blockOf(fact.roster)
  return fact.type.startsWith('roster.') ? `roster:${fact.roster}` : null
}

function stateOf(fact: Fact): string {
  const plan = 'reconciliation' in fact ? fact.reconciliation : undefined
  const problem = 'problem' in fact ? fact.problem?.code : undefined
  const madeAt = 'madeAt' in fact ? [fact.madeAt] : []
  return [fact.type, plan ?? problem ?? '', ...madeAt].join(' ')
}

/** A message to people, in plain text. Neither an address nor a member's name or id is in it. */
export interface NoticeMessage {
  title: string
  lines: string[]
  link: string | null
}

const MOST_LINES = 20

/** `publicUrl`: where the console is; undefined: there is no link. */
export function composeNotice(facts: readonly TellableFact[], publicUrl: string | undefined): NoticeMessage {
  const link = publicUrl === undefined ? null : publicUrl + linkOf(facts)
  const said = sayAll(facts)
  if (said.length === 1) return { title: said[0]?.title ?? '', lines: [said[0]?.more ?? ''].filter(Boolean), link }
  const lines = said.map(({ title }) => title)
  const rest = lines.length - MOST_LINES
  return {
    title: `${facts.length} things have changed`,
    lines: rest > 0 ? [...lines.slice(0, MOST_LINES), `… and ${rest} more`] : lines,
    link,
  }
}

interface Said {
  title: string
  more?: string | undefined
}

/** One line for each, but people of a roster to whom the same happened are counted. */
function sayAll(facts: readonly TellableFact[]): Said[] {
  const groups = new Map<string, { first: TellableFact; count: number }>()
  facts.forEach((fact, at) => {
    const key = 'member' in fact ? `${fact.roster} ${fact.type}` : String(at)
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { first: fact, count: 1 })
  })
  return [...groups.values()].map(({ first, count }) => say(first, count))
}

/** Of one person, and of several. */
const MEMBER_WORDS: Record<MemberFact['type'], readonly [string, string]> = {
  'member.invited': ['was invited', 'were invited'],
  'member.accepted': ['accepted the invitation', 'accepted the invitation'],
  'member.installed': ['installed the app', 'installed the app'],
  'member.revoked': ['stopped testing', 'stopped testing'],
  'member.removed': ['was taken out of the group', 'were taken out of the group'],
  'member.failed': ['could not be added or taken out', 'could not be added or taken out'],
  'member.waiting': ['waits for an address or a seat', 'wait for an address or a seat'],
  'member.reclaimed': [
    'left the app, because the seat was not used',
    'left the app, because their seats were not used',
  ],
  'member.address_changed': ['changed their address', 'changed their addresses'],
  'member.idle': ['does not use the seat', 'do not use their seats'],
}

function say(fact: TellableFact, count: number): Said {
  if (fact.type === 'webhook.test') return { title: 'A test: notices arrive here.' }
  if ('teamKey' in fact) {
    if (fact.type === 'team_key.recovered') return { title: `Team key ${fact.teamKey} works again.` }
    return { title: `Team key ${fact.teamKey}: ${titleOf(fact)}`, more: actionOf(fact) }
  }
  const roster = `Roster ${fact.roster}`
  if ('member' in fact) {
    const [ofOne, ofMany] = MEMBER_WORDS[fact.type]
    return { title: `${roster}: ${count === 1 ? `1 person ${ofOne}` : `${count} people ${ofMany}`}.` }
  }
  if ('build' in fact) {
    const build = ['build', fact.build.version, `(${fact.build.number})`].filter(Boolean).join(' ')
    if (fact.type === 'build.available') return { title: `${roster}: ${build} can be tested.` }
    const people = fact.peopleAffected ?? 0
    const hits =
      people === 0 ? 'Nobody is in the group.' : `It affects ${people} ${people === 1 ? 'person' : 'people'}.`
    const more = `${hits} ${sayNext(fact.successor ?? null)}`
    if (fact.type === 'build.run_out')
      return { title: `${roster}: ${build} was the last one, and has gone: nobody can install the app.`, more }
    const ends = fact.build.expiresAt === null ? 'soon' : `on ${fact.build.expiresAt.slice(0, 10)}`
    return { title: `${roster}: ${build} is the last one that can be tested, and ends ${ends}.`, more }
  }
  switch (fact.type) {
    case 'roster.held':
      return {
        title: `${roster}: a plan is held, and removes nobody until somebody decides.`,
        more: 'Look at who would leave, then approve or reject the plan.',
      }
    case 'roster.recovered':
      return {
        title:
          fact.reconciliation === undefined
            ? `${roster} goes on again.`
            : `${roster}: no plan waits for a decision any more.`,
      }
    case 'roster.blocked':
      return { title: `${roster} is blocked: ${titleOf(fact)}`, more: actionOf(fact) }
  }
}

type Troubled = Extract<Fact, { problem: unknown }>
/** The rule's own words: a detail may quote what somebody sent. */
const titleOf = ({ problem }: Troubled) => (problem ? ERROR_RULES[problem.code].title : 'something is wrong.')
const actionOf = ({ problem }: Troubled) => (problem ? ERROR_RULES[problem.code].action : undefined)

/** Who is told of these people wants their names and reasons: the list has them. */
const LISTED = ['failed', 'waiting'] as const

function linkOf(facts: readonly TellableFact[]): string {
  const [first] = facts
  const rosters = new Set(facts.flatMap((fact) => ('roster' in fact ? [fact.roster] : [''])))
  if (!first || first.type === 'webhook.test') return '/console'
  if (facts.every((fact) => 'teamKey' in fact)) return '/lanes'
  const [roster = ''] = rosters
  if (rosters.size !== 1 || roster === '') return '/console'
  const page = `/console/rosters/${encodeURIComponent(roster)}`
  const status = LISTED.find((one) => facts.every(({ type }) => type === `member.${one}`))
  if (status !== undefined) return `${page}/members?status=${status}`
  const plan = facts.length === 1 && 'reconciliation' in first ? first.reconciliation : undefined
  return plan === undefined ? page : `${page}/plans/${encodeURIComponent(plan)}`
}
