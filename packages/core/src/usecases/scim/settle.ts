import { planScimUser, type ScimTold } from '../../domain/scim.ts'
import type { ScimStanding } from '../../store/index.ts'
import { inChunks, inParallelAsTheyCome } from '../converge/parallel.ts'
import { acceptEvents, type EventOutcome, type IncomingEvent } from '../intake/index.ts'
import { readBindings, rosterIdOf, type BindingReader } from './bindings.ts'
import type { OpenDirectory, ScimDeps } from './directory.ts'
import { holdOrFree } from './guard.ts'

/** Users looked at in one go. */
const CHUNK = 500
/** Pages that are under way at once: one at the store, one here. */
const PAGES_AT_ONCE = 2

interface Leaver {
  id: string
  revision: string
  told: ScimTold
  leaves: string[]
  isDeleted: ScimStanding | undefined
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
 * `users` come a page at a time and are never in memory as a whole; who leaves is, since their removal is judged together, as one list
 * would be.
 */
export async function settleUsers(
  deps: ScimDeps,
  directory: OpenDirectory,
  users: AsyncIterable<readonly string[]> | readonly (readonly string[])[],
  options: SettleOptions,
): Promise<void> {
  const bindings = readBindings(deps, directory)
  const leavers: Leaver[] = []
  const joined = new Map<string, number>()
  const priority = options.isMany ? 'bulk' : 'interactive'
  const record = async (list: IncomingEvent[]) => {
    const outcomes: EventOutcome[] = []
    for (const some of inChunks(list, CHUNK)) outcomes.push(...(await acceptEvents(deps, some, options.traceparent)))
    return outcomes
  }
  // While the store works on one page, the next ones are made ready.
  await inParallelAsTheyCome(PAGES_AT_ONCE, users, async (page) => {
    const plans = await planChunk(directory, bindings, page)
    const late = await directory.store.noteTold(
      plans.map(({ standing, plan }) => ({ id: standing.id, revision: standing.revision, told: plan.claim })),
      false,
    )
    // Whoever changed them since tells the rosters of what is so by now.
    const ours = plans.filter(({ standing }) => !late.has(standing.id))
    const list = ours.flatMap(({ standing, plan }) => [
      ...plan.joins.map((roster) => toEvent(directory, standing, roster, 'join', priority)),
      ...plan.updates.map((roster) => toEvent(directory, standing, roster, 'update', priority)),
    ])
    const outcomes = await record(await keepOwnAddresses(deps, ours, list))
    const refused = new Set(list.filter((_, at) => outcomes[at]?.status === 'rejected').map(placeOf))
    for (const event of list) {
      if (event.kind === 'join') joined.set(event.roster, (joined.get(event.roster) ?? 0) + 1)
    }
    const done = ours.map(({ standing, plan }) => ({
      id: standing.id,
      revision: standing.revision,
      told: {
        ...plan.told,
        rosters: plan.told.rosters.filter((key) => !refused.has(`${rosterIdOf(key)}\0${standing.id}`)),
      },
      leaves: plan.leaves,
      isDeleted: standing.user ? undefined : standing,
    }))
    const [going, settled] = [done.filter(isGoing), done.filter((one) => !isGoing(one))]
    leavers.push(...going)
    await finish(directory, settled)
  })
  const { leave, kept } = await holdOrFree(deps, { bindings, leavers, joined, isWhole: options.isWhole })
  const list = leavers.flatMap(({ id, revision, leaves }) =>
    leaves
      .filter((roster) => leave.has(roster))
      .map((roster) => toLeave(directory, { id, revision }, roster, priority)),
  )
  await record(list)
  await finish(
    directory,
    leavers.map((one) => ({
      ...one,
      told: { ...one.told, kept: [...one.told.kept, ...one.leaves.filter((roster) => kept.has(roster))] },
    })),
  )
}

const placeOf = ({ roster, member }: IncomingEvent) => `${roster}\0${member}`

const isGoing = ({ leaves }: Leaver) => leaves.length > 0

async function planChunk(directory: OpenDirectory, bindings: BindingReader, ids: readonly string[]) {
  const standings = await directory.store.standings(ids)
  const leadTo = await bindings.rostersOf(standings.flatMap(({ groups }) => groups))
  const named = new Set<string>()
  for (const roster of new Set(standings.flatMap(({ told }) => [...told.rosters, ...told.unsure, ...told.kept]))) {
    if (await bindings.roster(roster)) named.add(roster)
  }
  const idle: Leaver[] = []
  const plans = standings.flatMap((standing) => {
    const wanted = standing.groups.flatMap((group) => leadTo.get(group) ?? [])
    const plan = planScimUser(standing.user, standing.told, wanted, (roster) => named.has(roster))
    if (plan) return [{ standing, plan }]
    const { id, revision, told, user } = standing
    idle.push({ id, revision, told, leaves: [], isDeleted: user ? undefined : standing })
    return []
  })
  await finish(directory, idle)
  return plans
}

async function finish({ store }: OpenDirectory, done: readonly Leaver[]): Promise<void> {
  await store.noteTold(done, true)
  for (const { isDeleted } of done) if (isDeleted) await store.forget(isDeleted)
}

const sourceOf = ({ id }: OpenDirectory) => `/scim/${id}`

type Told = Pick<ScimStanding, 'id' | 'revision'>

/** The same change of the same user has one effect, however often it is told. */
const eventBase = (
  directory: OpenDirectory,
  { id, revision }: Told,
  key: string,
  priority: 'interactive' | 'bulk',
) => ({
  id: revision,
  source: `${sourceOf(directory)}/${id}`,
  roster: rosterIdOf(key),
  member: id,
  time: Number(revision),
  origin: 'scim' as const,
  priority,
})

/** A join tells all that is known; an update only what changed, so that it undoes no address that the member gave meanwhile. */
function toEvent(
  directory: OpenDirectory,
  standing: ScimStanding,
  roster: string,
  kind: 'join' | 'update',
  priority: 'interactive' | 'bulk',
): IncomingEvent {
  const { told } = standing
  const profile = standing.user?.profile ?? told.profile
  const field = (name: keyof typeof profile) => {
    if (kind === 'join') return profile[name] ?? undefined
    return told.isProfileUnsure || told.profile[name] !== profile[name] ? profile[name] : undefined
  }
  return {
    ...eventBase(directory, standing, roster, priority),
    kind,
    email: field('email'),
    firstName: field('firstName'),
    lastName: field('lastName'),
  }
}

function toLeave(
  directory: OpenDirectory,
  told: Told,
  roster: string,
  priority: 'interactive' | 'bulk',
): IncomingEvent {
  const nothing = { email: undefined, firstName: undefined, lastName: undefined }
  return { ...eventBase(directory, told, roster, priority), kind: 'leave', ...nothing }
}

/** Who comes back and is still known keeps the address that they have there, unless the provider has another one by now. */
async function keepOwnAddresses(
  { store }: ScimDeps,
  plans: readonly { standing: ScimStanding }[],
  events: IncomingEvent[],
): Promise<IncomingEvent[]> {
  const former = new Map(plans.map(({ standing }) => [standing.id, standing.told.profile.email]))
  const cameBefore = (event: IncomingEvent) =>
    event.kind === 'join' && typeof event.email === 'string' && former.get(event.member) === event.email
  const asked = events.filter(cameBefore)
  if (asked.length === 0) return events
  const lanes = await store.directory.kept(asked.map(({ roster }) => roster))
  const own = new Set<string>()
  for (const roster of new Set(asked.map((event) => event.roster))) {
    const lane = lanes.get(roster)
    if (lane === undefined) continue
    const ids = asked.filter((event) => event.roster === roster).map(({ member }) => member)
    const found = await store.members(lane, roster).findDesired(ids)
    ids.forEach((id, at) => found[at]?.email && own.add(`${roster}\0${id}`))
  }
  return events.map((event) => (cameBefore(event) && own.has(placeOf(event)) ? { ...event, email: undefined } : event))
}
