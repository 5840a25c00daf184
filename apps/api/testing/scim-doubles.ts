import type { SettableClock } from '@flightroster/core/testing'
import type { Habits } from './scim-habits.ts'
import { Denied, Fault, Refused, type Line } from './scim-line.ts'

export interface Person {
  familyName: string
  isAssigned: boolean
  /** What is mapped to the user name is empty: the user is refused. */
  isMappedWrong?: boolean
}

export interface Double {
  /** The directory of the provider: somebody changes it, and the double sends what follows. */
  people: Map<string, Person>
  /** Cycles, until everything is sent, or nothing goes on without a person. */
  settle(): Promise<void>
  /** Cycles for so long. */
  run(minutes: number): Promise<void>
  /** What waits until somebody presses "Retry": names, or the group. */
  waiting(): string[]
  retry(): void
  /** Sends everything once more in the next cycle, whatever failed before. Ends a quarantine. */
  resynchronise(): void
  state(): 'works' | 'in quarantine' | 'stopped'
  idOf(name: string): string | undefined
  addressOf(name: string): string
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** `groupMadeByHand`: its id, for those that push none. */
export function createDouble(
  habits: Habits,
  group: string,
  line: Line,
  clock: SettableClock,
  groupMadeByHand?: string,
): Double {
  const people = new Map<string, Person>()
  const ids = new Map<string, string>()
  /** What was answered as done: the state of a user, and whether they are in the group. */
  const sent = new Map<string, string>()
  const inGroup = new Set<string>()
  let groupId = groupMadeByHand
  const due = new Map<string, { at: number; failures: number }>()
  /** 429: nothing is sent until then. */
  let waitsUntil = Number.NEGATIVE_INFINITY
  let [tries, failures] = [0, 0]
  /** Since when its requests come once a day. */
  let slowSince: number | undefined
  const addressOf = (name: string) => `${name}@${group.replaceAll(' ', '-').toLowerCase()}.example`
  const stateOf = ({ familyName, isAssigned }: Person) => JSON.stringify([familyName, isAssigned])

  const find = async (path: string, filter: string) => {
    const { body } = await line.send('GET', `${path}?filter=${encodeURIComponent(filter)}`)
    return (body.Resources as { id: string }[])[0]?.id
  }
  const make = async (path: '/Users' | '/Groups', filter: string, body: object): Promise<string> => {
    const known = habits.looksFirst ? await find(path, filter) : undefined
    if (known !== undefined) return known
    const { status, body: made } = await line.send('POST', path, body)
    if (status === 201) return made.id as string
    const found = status === 409 ? await find(path, filter) : undefined
    if (found === undefined) throw new Error(`${path} was answered ${status}`)
    return found
  }
  const userBody = (name: string, { familyName, isAssigned }: Person) => ({
    userName: people.get(name)?.isMappedWrong ? '' : addressOf(name),
    externalId: `x-${addressOf(name)}`,
    name: { givenName: name, familyName },
    emails: [{ type: 'work', primary: true, value: addressOf(name) }],
    active: isAssigned,
  })
  const patch = async (path: string, Operations: object[]) => line.send('PATCH', path, { schemas: [PATCH], Operations })

  async function pushUser(name: string, person: Person): Promise<void> {
    const id = ids.get(name)
    if (id === undefined) {
      if (!person.isAssigned) return void sent.set(name, stateOf(person))
      ids.set(name, await make('/Users', `userName eq "${addressOf(name)}"`, userBody(name, person)))
    } else if (!person.isAssigned && habits.leavesBy === 'DELETE') {
      const { status } = await line.send('DELETE', `/Users/${id}`)
      if (status !== 204 && status !== 404) throw new Error(`The deletion was answered ${status}`)
      ids.delete(name)
      inGroup.delete(name)
      return void sent.set(name, stateOf(person))
    }
    const path = `/Users/${ids.get(name) ?? ''}`
    const active = habits.changesBy === 'PATCH with texts' ? (person.isAssigned ? 'True' : 'False') : person.isAssigned
    const { status } =
      habits.changesBy === 'PUT'
        ? await line.send('PUT', path, userBody(name, person))
        : await patch(path, [
            { op: 'Replace', path: 'name.familyName', value: person.familyName },
            { op: 'Replace', path: 'active', value: active },
          ])
    if (status === 404) return void ids.delete(name)
    if (status >= 300) throw new Error(`${path} was answered ${status}`)
    sent.set(name, stateOf(person))
  }

  async function pushGroup(): Promise<void> {
    const externalId = habits.groupHasExternalId ? { externalId: `x-${group}` } : {}
    groupId ??= await make('/Groups', `displayName eq "${group}"`, { displayName: group, ...externalId })
    const path = `/Groups/${groupId}`
    if (habits.readsGroup) {
      const { body } = await line.send('GET', path)
      const there = new Set((body.members as { value: string }[]).map(({ value }) => value))
      inGroup.clear()
      for (const [name, id] of ids) if (there.has(id)) inGroup.add(name)
    }
    const wanted = [...people].filter(([name, person]) => person.isAssigned && ids.has(name)).map(([name]) => name)
    const [coming, going] = [
      wanted.filter((name) => !inGroup.has(name)),
      [...inGroup].filter((name) => !wanted.includes(name)),
    ]
    const values = (names: string[]) => names.map((name) => ({ value: ids.get(name) ?? '' }))
    const add = { op: 'Add', path: 'members' }
    const remove = { op: 'Remove', path: 'members' }
    const operations = [
      ...(coming.length === 0
        ? []
        : habits.adds === 'list'
          ? [{ ...add, value: values(coming) }]
          : values(coming).map((value) => ({ ...add, value: [value] }))),
      ...(going.length === 0
        ? []
        : habits.removes === 'list'
          ? [{ ...remove, value: values(going) }]
          : values(going).map((value) =>
              habits.removes === 'each'
                ? { ...remove, value: [value] }
                : { op: 'remove', path: `members[value eq "${value.value}"]` },
            )),
    ]
    if (operations.length === 0) return
    const { status } = await patch(path, operations)
    if (status !== 204) throw new Error(`${path} was answered ${status}`)
    for (const name of coming) inGroup.add(name)
    for (const name of going) inGroup.delete(name)
  }

  /** One thing is tried, unless it is to wait; whether it is done. Throws Denied. */
  async function attempt(key: string, work: () => Promise<void>): Promise<boolean> {
    const now = clock.monotonic()
    const waiting = due.get(key)
    if (waitsUntil > now || (waiting && waiting.at > now)) return false
    const [before, sentBefore] = [waiting?.failures ?? 0, line.sent.length]
    try {
      await work()
      due.delete(key)
      if (line.sent.length > sentBefore) tries++
      return true
    } catch (error) {
      tries++
      failures++
      if (!(error instanceof Fault) && !(error instanceof Refused)) throw error
      const isRetried = error instanceof Fault || habits.retriesRefused
      const minutes = isRetried ? (habits.retriesAfter[before] ?? habits.retriesAfter.at(-1)) : undefined
      const wait = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * MINUTE
      const askedMs = error instanceof Fault && error.isTooMany ? error.retryAfterMs : undefined
      if (askedMs !== undefined && habits.after429 === 'all wait') waitsUntil = now + askedMs
      // Asked to come later, each does by itself.
      const at =
        now + (askedMs === undefined ? wait : wait === Number.POSITIVE_INFINITY ? askedMs : Math.max(askedMs, wait))
      due.set(key, { at, failures: askedMs === undefined ? before + 1 : before })
      return false
    }
  }

  /** Whether all is sent. */
  async function cycle(): Promise<boolean> {
    const { quarantine } = habits
    if (quarantine && slowSince !== undefined && clock.monotonic() - slowSince >= quarantine.stopsAfterDays * DAY)
      return false
    const failedBefore = failures
    let isDone = true
    try {
      for (const [name, person] of people) {
        if (sent.get(name) === stateOf(person)) continue
        if (!(await attempt(name, () => pushUser(name, person)))) isDone = false
        else if (sent.get(name) !== stateOf(person)) isDone = false
      }
      if (!(await attempt('the group', pushGroup))) isDone = false
    } catch (error) {
      if (!(error instanceof Denied) || !quarantine) throw error
      slowSince ??= clock.monotonic()
      return false
    }
    if (!quarantine) return isDone
    const isTooMuch =
      failures >= quarantine.failures || (tries >= quarantine.tries && failures / tries > quarantine.share)
    if (failures > failedBefore && isTooMuch) slowSince ??= clock.monotonic()
    if (isDone) endQuarantine()
    return isDone
  }

  function endQuarantine() {
    slowSince = undefined
    tries = 0
    failures = 0
  }

  const state = () => {
    if (slowSince === undefined || !habits.quarantine) return 'works'
    return clock.monotonic() - slowSince < habits.quarantine.stopsAfterDays * DAY ? 'in quarantine' : 'stopped'
  }
  const everyMs = () =>
    MINUTE * (slowSince === undefined ? habits.everyMinutes : (habits.quarantine?.everyMinutes ?? 0))
  const waiting = () => [...due].filter(([, { at }]) => at === Number.POSITIVE_INFINITY).map(([key]) => key)

  return {
    people,
    state,
    waiting,
    async settle() {
      for (let cycles = 0; cycles < 500; cycles++) {
        if (await cycle()) return
        const isLeft = (name: string) =>
          sent.get(name) !== stateOf(people.get(name) ?? { familyName: '', isAssigned: false })
        const byHand = new Set(waiting())
        const goesOn = [...people.keys()].some((name) => isLeft(name) && !byHand.has(name))
        const times = [...due.values()].map(({ at }) => at).filter((at) => at !== Number.POSITIVE_INFINITY)
        if (state() === 'stopped' || (byHand.size > 0 && !goesOn && times.length === 0)) return
        const now = clock.monotonic()
        const next = Math.min(...times)
        // Who was told when to come again comes then, and no later.
        if (waitsUntil > now) clock.advance(waitsUntil - now)
        else clock.advance(Math.max(everyMs(), Number.isFinite(next) ? next - now : 0))
      }
      throw new Error(`${habits.name} was not done after 500 cycles`)
    },
    async run(minutes) {
      for (const end = clock.monotonic() + minutes * MINUTE; clock.monotonic() < end; clock.advance(everyMs()))
        await cycle()
    },
    retry() {
      for (const key of waiting()) due.delete(key)
    },
    resynchronise() {
      sent.clear()
      inGroup.clear()
      due.clear()
      endQuarantine()
    },
    idOf: (name) => ids.get(name),
    addressOf,
  }
}
