import { planScimUser, type ScimPlan } from '../../domain/scim.ts'
import type { ScimStanding } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import { acceptEvents, type IncomingEvent } from '../intake/index.ts'
import { readBindings, rosterBornOf, rosterIdOf, type BindingReader } from './bindings.ts'
import type { OpenDirectory, ScimDeps } from './directory.ts'
import { closePlans, holdOrFree } from './guard.ts'
import { paceOf, type PacedRequest } from './pace.ts'

/** Users looked at in one go. */
const CHUNK = 500

interface Planned {
  standing: ScimStanding
  plan: ScimPlan
}

export interface SettleOptions {
  /** A whole membership was replaced, renamed or deleted: one that leaves nobody is held. */
  isWhole: boolean
  /** Many people at once go behind those of others. */
  isMany?: boolean
  traceparent?: string | undefined
}

type Pages = AsyncIterable<readonly string[]> | readonly (readonly string[])[]

/**
 * Tells the rosters of these users. What they are to be told follows from what is kept alone, so it can be repeated: a change of a
 * user is kept first, together with a mark that the rosters are still to be told, and whoever finds the mark later finishes it.
 * `users` come a page at a time and are never in memory as a whole. Of those who leave somewhere only the ids are, since their removal
 * is judged together, as one list would be.
 */
export async function settleUsers(
  deps: ScimDeps,
  directory: OpenDirectory,
  users: Pages,
  options: SettleOptions,
): Promise<void> {
  const paced = options.isMany ? paceOf(deps).join() : ONE_BY_ONE
  try {
    await settlePages({ deps, directory, options, inPages: paced.inPages }, users)
  } finally {
    paced.end()
  }
}

/** A few people ask the store a few times, and wait for nobody. */
const ONE_BY_ONE: PacedRequest = {
  async inPages(pages, work) {
    for await (const page of pages) await work(page)
  },
  end() {},
}

async function settlePages(telling: Telling, users: Pages): Promise<void> {
  const { deps, directory, inPages } = telling
  const { store } = directory
  const bindings = readBindings(deps, directory)
  const leaving: Leaving = { revisions: new Map(), byRoster: new Map(), again: new Set() }
  const joined = new Map<string, number>()
  const cameBack = new Set<string>()

  // A page may be looked at again, where the store did not answer in time: what is noted of it here is the same then.
  await inPages(users, async (page) => {
    const { plans, idle } = await planPage(directory, bindings, await store.standings(page))
    await finish(directory, idle)
    for (const { standing, plan } of plans)
      for (const key of standing.told.kept) if (plan.joins.includes(key)) cameBack.add(key)
    const claims = plans.map(({ standing: { id, revision }, plan: { told, unsure } }) => ({
      id,
      revision,
      told,
      unsure,
    }))
    const late = await store.noteTold(claims, false)
    // Whoever changed them since tells the rosters of what is so by now.
    const ours = late.size === 0 ? plans : plans.filter(({ standing }) => !late.has(standing.id))
    for (const { standing, plan } of ours) {
      for (const key of plan.joins)
        if (!standing.told.rosters.includes(key)) joined.set(rosterIdOf(key), (joined.get(rosterIdOf(key)) ?? 0) + 1)
      for (const key of plan.leaves) whoLeaves(leaving.byRoster, key).add(standing.id)
      if (plan.leaves.length > 0) leaving.revisions.set(standing.id, standing.revision)
    }
    const refused = await tell(telling, ours)
    const settled: Settled[] = []
    for (const one of ours) {
      const { standing, plan } = one
      if (plan.leaves.length === 0) settled.push(toSettled(one, refused))
      else if (!standing.user || plan.joins.some((key) => refused.has(placeOf(rosterIdOf(key), standing.id))))
        leaving.again.add(standing.id)
    }
    await finish(directory, settled)
  })
  if (leaving.revisions.size > 0) await letGo(telling, bindings, leaving, joined)
  await closePlans(deps, bindings, cameBack)
}

/** Who leaves some roster, until it is judged. */
interface Leaving {
  /** At which revision each of them leaves. */
  revisions: Map<string, string>
  /** Ids by the key of the roster. */
  byRoster: Map<string, Set<string>>
  /** Those of whom more is to be kept than that they left. */
  again: Set<string>
}

async function letGo(
  telling: Telling,
  bindings: BindingReader,
  { revisions, byRoster, again }: Leaving,
  joined: ReadonlyMap<string, number>,
): Promise<void> {
  const { deps, directory, options, inPages } = telling
  const { leave, kept } = await holdOrFree(deps, {
    bindings,
    leaving: byRoster,
    joined,
    isWhole: options.isWhole,
  })
  for (const key of kept) for (const id of byRoster.get(key) ?? []) again.add(id)
  // A leave names nothing but the member. Where they were changed since, it is older than what the rosters are told of that.
  for (const key of leave) {
    await inPages(inChunks([...(byRoster.get(key) ?? [])], CHUNK), async (page) => {
      const events = page.map((id) => toLeave(directory, id, revisions.get(id) ?? '0', key, priorityOf(options)))
      await acceptEvents(deps, events, options.traceparent)
    })
  }
  const left = [...revisions.keys()].filter((id) => !again.has(id))
  await inPages(inChunks(left, CHUNK), (page) =>
    finish(
      directory,
      page.map((id) => ({ id, revision: revisions.get(id) ?? '0' })),
    ),
  )
  await inPages(inChunks([...again], CHUNK), async (page) => {
    const standings = (await directory.store.standings(page)).filter(
      ({ id, revision }) => revisions.get(id) === revision,
    )
    const { plans } = await planPage(directory, bindings, standings)
    const refused = await tell(telling, plans)
    await finish(
      directory,
      plans.map((one) => toSettled(one, refused, kept)),
    )
  })
}

interface Telling {
  deps: ScimDeps
  directory: OpenDirectory
  options: SettleOptions
  inPages: PacedRequest['inPages']
}

/** Tells the rosters of who joins and what changed. Returns where a roster would not have somebody. */
async function tell({ deps, directory, options }: Telling, plans: readonly Planned[]): Promise<Set<string>> {
  const priority = priorityOf(options)
  const list: IncomingEvent[] = []
  for (const { standing, plan } of plans) {
    for (const roster of plan.joins) list.push(toEvent(directory, standing, roster, 'join', priority))
    for (const roster of plan.updates) list.push(toEvent(directory, standing, roster, 'update', priority))
  }
  const refused = new Set<string>()
  for (const some of inChunks(list, CHUNK)) {
    const outcomes = await acceptEvents(deps, some, options.traceparent)
    outcomes.forEach(({ status }, at) => {
      const event = some[at]
      if (status === 'rejected' && event) refused.add(placeOf(event.roster, event.member))
    })
  }
  return refused
}

/** What is kept of one who was told of, where it is another than was claimed. `held`: rosters where a person decides who leaves. */
function toSettled({ standing, plan }: Planned, refused: ReadonlySet<string>, held = NOTHING): Settled {
  const stays = plan.leaves.filter((roster) => held.has(roster))
  if (refused.size === 0 && stays.length === 0) return settledOf(standing)
  const rosters = plan.told.rosters.filter((key) => !refused.has(placeOf(rosterIdOf(key), standing.id)))
  const isAsClaimed = stays.length === 0 && rosters.length === plan.told.rosters.length
  const told = { ...plan.told, rosters, kept: [...plan.told.kept, ...stays] }
  return settledOf(standing, isAsClaimed ? undefined : told)
}

const NOTHING: ReadonlySet<string> = new Set()

const priorityOf = ({ isMany }: SettleOptions): Priority => (isMany ? 'bulk' : 'interactive')

const placeOf = (roster: string, member: string) => `${roster}\0${member}`

function whoLeaves(lists: Map<string, Set<string>>, key: string): Set<string> {
  const list = lists.get(key) ?? new Set()
  lists.set(key, list)
  return list
}

/** `idle`: those of whom nobody need be told anything. */
async function planPage(
  directory: OpenDirectory,
  bindings: BindingReader,
  standings: readonly ScimStanding[],
): Promise<{ plans: Planned[]; idle: Settled[] }> {
  const [groups, known] = [new Set<string>(), new Set<string>()]
  for (const { groups: ids, told } of standings) {
    for (const id of ids) groups.add(id)
    for (const key of told.rosters) known.add(key)
    for (const key of told.unsure) known.add(key)
    for (const key of told.kept) known.add(key)
  }
  const leadTo = await bindings.rostersOf([...groups])
  const named = new Set<string>()
  for (const key of known) if (await bindings.roster(key)) named.add(key)
  const isNamed = (roster: string) => named.has(roster)
  const plans: Planned[] = []
  const idle: Settled[] = []
  for (const standing of standings) {
    const wanted = standing.groups.flatMap((group) => leadTo.get(group) ?? [])
    const plan = planScimUser(standing.user, standing.told, wanted, isNamed)
    if (plan) plans.push({ standing, plan })
    else idle.push(settledOf(standing))
  }
  return { plans, idle }
}

/** One of whom the rosters were told. */
interface Settled {
  id: string
  revision: string
  /** Where it is another than was claimed. */
  told?: ScimPlan['told'] | undefined
  /** Who was deleted, as they are to be forgotten. */
  deleted?: ScimStanding | undefined
}

async function finish({ store }: OpenDirectory, done: readonly Settled[]): Promise<void> {
  if (done.length === 0) return
  await store.noteTold(done, true)
  for (const { deleted } of done) if (deleted) await store.forget(deleted)
}

function settledOf(standing: ScimStanding, told?: ScimPlan['told']): Settled {
  const { id, revision } = standing
  return { id, revision, told, deleted: standing.user ? undefined : standing }
}

/**
 * The same change of the same user has one effect, however often it is told. A join tells all that is known, an update only what
 * changed, so that it undoes no address that the member gave meanwhile; who comes back and is still known keeps the address that they
 * have there, unless the provider has another one by now. A leave names the member only.
 */
function toEvent(
  directory: OpenDirectory,
  { id, revision, user, told }: ScimStanding,
  key: string,
  kind: 'join' | 'update',
  priority: Priority,
): IncomingEvent {
  const profile = user?.profile ?? told.profile
  const event = toLeave(directory, id, revision, key, priority)
  event.kind = kind
  if (kind === 'join') {
    const cameBefore = profile.email !== null && told.profile.email === profile.email
    if (cameBefore) event.emailIfNone = profile.email ?? undefined
    else event.email = profile.email ?? undefined
    event.firstName = profile.firstName ?? undefined
    event.lastName = profile.lastName ?? undefined
    return event
  }
  for (const name of ['email', 'firstName', 'lastName'] as const)
    if (told.isProfileUnsure || told.profile[name] !== profile[name]) event[name] = profile[name]
  return event
}

type Priority = 'interactive' | 'bulk'

const toLeave = (
  { id: directory }: OpenDirectory,
  member: string,
  revision: string,
  key: string,
  priority: Priority,
): IncomingEvent => ({
  id: revision,
  source: `/scim/${directory}/${member}`,
  roster: rosterIdOf(key),
  born: rosterBornOf(key),
  member,
  time: Number(revision),
  origin: 'scim',
  priority,
  kind: 'leave',
  email: undefined,
  emailIfNone: undefined,
  firstName: undefined,
  lastName: undefined,
})
