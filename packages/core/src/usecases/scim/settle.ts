import { planScimUser, type ScimPlan } from '../../domain/scim.ts'
import type { ScimStanding } from '../../store/index.ts'
import { inChunks, inParallelAsTheyCome } from '../parallel.ts'
import { acceptEvents, type IncomingEvent } from '../intake/index.ts'
import { readBindings, rosterIdOf, type BindingReader } from './bindings.ts'
import type { OpenDirectory, ScimDeps } from './directory.ts'
import { holdOrFree } from './guard.ts'

/** Users looked at in one go. */
const CHUNK = 500
/** Pages that are under way at once: one here, one at the store, one on the way, so that neither side waits for the other. */
const PAGES_AT_ONCE = 3

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

/**
 * Tells the rosters of these users. What they are to be told follows from what is kept alone, so it can be repeated: a change of a
 * user is kept first, together with a mark that the rosters are still to be told, and whoever finds the mark later finishes it.
 * `users` come a page at a time and are never in memory as a whole. Of those who leave somewhere only the ids are, since their removal
 * is judged together, as one list would be; what they are told is read again then.
 */
export async function settleUsers(
  deps: ScimDeps,
  directory: OpenDirectory,
  users: AsyncIterable<readonly string[]> | readonly (readonly string[])[],
  options: SettleOptions,
): Promise<void> {
  const { store } = directory
  const bindings = readBindings(deps, directory)
  /** The revision at which each of them leaves. */
  const leavers = new Map<string, string>()
  const leaving = new Map<string, string[]>()
  const joined = new Map<string, number>()
  const telling: Telling = { deps, directory, options }

  await inParallelAsTheyCome(PAGES_AT_ONCE, users, async (page) => {
    const { plans, idle } = await planPage(directory, bindings, await store.standings(page))
    await finish(directory, idle)
    const claims = plans.map(({ standing, plan }) => ({ id: standing.id, revision: standing.revision, ...plan }))
    const late = await store.noteTold(claims, false)
    // Whoever changed them since tells the rosters of what is so by now.
    const ours = late.size === 0 ? plans : plans.filter(({ standing }) => !late.has(standing.id))
    const settled = ours.filter(({ plan }) => plan.leaves.length === 0)
    for (const { standing, plan } of ours) {
      for (const key of plan.joins) joined.set(rosterIdOf(key), (joined.get(rosterIdOf(key)) ?? 0) + 1)
      for (const key of plan.leaves) listOf(leaving, key).push(standing.id)
      if (plan.leaves.length > 0) leavers.set(standing.id, standing.revision)
    }
    await tell(telling, settled)
  })
  if (leavers.size === 0) return
  const verdict = await holdOrFree(deps, { bindings, leaving, joined, isWhole: options.isWhole })
  await inParallelAsTheyCome(PAGES_AT_ONCE, inChunks([...leavers.keys()], CHUNK), async (page) => {
    const standings = (await store.standings(page)).filter(({ id, revision }) => leavers.get(id) === revision)
    const { plans } = await planPage(directory, bindings, standings)
    await tell(telling, plans, verdict)
  })
}

interface Telling {
  deps: ScimDeps
  directory: OpenDirectory
  options: SettleOptions
}

/** Tells the rosters, and notes it. `leave`, `kept`: the rosters whose people go, and those where a person decides. */
async function tell(
  { deps, directory, options }: Telling,
  plans: readonly Planned[],
  { leave, kept }: { leave: ReadonlySet<string>; kept: ReadonlySet<string> } = NO_VERDICT,
): Promise<void> {
  const priority = options.isMany ? 'bulk' : 'interactive'
  const list: IncomingEvent[] = []
  for (const { standing, plan } of plans) {
    for (const roster of plan.joins) list.push(toEvent(directory, standing, roster, 'join', priority))
    for (const roster of plan.updates) list.push(toEvent(directory, standing, roster, 'update', priority))
    for (const roster of plan.leaves)
      if (leave.has(roster)) list.push(toEvent(directory, standing, roster, 'leave', priority))
  }
  const refused = new Set<string>()
  for (const some of inChunks(list, CHUNK)) {
    const outcomes = await acceptEvents(deps, some, options.traceparent)
    outcomes.forEach(({ status }, at) => {
      const event = some[at]
      if (status === 'rejected' && event) refused.add(placeOf(event.roster, event.member))
    })
  }
  const done = plans.map(({ standing, plan }) => {
    const stays = plan.leaves.filter((roster) => kept.has(roster))
    const rosters = plan.told.rosters.filter((key) => !refused.has(placeOf(rosterIdOf(key), standing.id)))
    const isAsClaimed = stays.length === 0 && rosters.length === plan.told.rosters.length
    return { standing, told: isAsClaimed ? undefined : { ...plan.told, rosters, kept: [...plan.told.kept, ...stays] } }
  })
  await finish(directory, done)
}

const NO_VERDICT = { leave: new Set<string>(), kept: new Set<string>() }

const placeOf = (roster: string, member: string) => `${roster}\0${member}`

function listOf(lists: Map<string, string[]>, key: string): string[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

/** `idle`: those of whom nobody need be told anything. */
async function planPage(
  directory: OpenDirectory,
  bindings: BindingReader,
  standings: readonly ScimStanding[],
): Promise<{ plans: Planned[]; idle: { standing: ScimStanding }[] }> {
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
  const idle: { standing: ScimStanding }[] = []
  for (const standing of standings) {
    const wanted = standing.groups.flatMap((group) => leadTo.get(group) ?? [])
    const plan = planScimUser(standing.user, standing.told, wanted, isNamed)
    if (plan) plans.push({ standing, plan })
    else idle.push({ standing })
  }
  return { plans, idle }
}

/** `told`: where it is another than was claimed. */
async function finish(
  { store }: OpenDirectory,
  done: readonly { standing: ScimStanding; told?: ScimPlan['told'] | undefined }[],
): Promise<void> {
  await store.noteTold(
    done.map(({ standing: { id, revision }, told }) => ({ id, revision, told })),
    true,
  )
  for (const { standing } of done) if (!standing.user) await store.forget(standing)
}

/**
 * The same change of the same user has one effect, however often it is told. A join tells all that is known, an update only what
 * changed, so that it undoes no address that the member gave meanwhile; who comes back and is still known keeps the address that they
 * have there, unless the provider has another one by now. A leave names the member only.
 */
function toEvent(
  { id: directory }: OpenDirectory,
  { id, revision, user, told }: ScimStanding,
  key: string,
  kind: IncomingEvent['kind'],
  priority: 'interactive' | 'bulk',
): IncomingEvent {
  const profile = user?.profile ?? told.profile
  const field = (name: keyof typeof profile) => {
    if (kind === 'join') return profile[name] ?? undefined
    return kind === 'update' && (told.isProfileUnsure || told.profile[name] !== profile[name])
      ? profile[name]
      : undefined
  }
  const cameBefore = kind === 'join' && profile.email !== null && told.profile.email === profile.email
  return {
    id: revision,
    source: `/scim/${directory}/${id}`,
    roster: rosterIdOf(key),
    member: id,
    time: Number(revision),
    origin: 'scim',
    priority,
    kind,
    email: cameBefore ? undefined : field('email'),
    emailIfNone: cameBefore ? (profile.email ?? undefined) : undefined,
    firstName: field('firstName'),
    lastName: field('lastName'),
  }
}
