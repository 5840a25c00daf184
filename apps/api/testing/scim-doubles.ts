import type { InjectOptions } from 'fastify'
import type { ScimAnswer, ScimClient } from './scim.ts'

/**
 * Doubles of identity providers with their clocks: what each sends, when it sends it again, and what it gives up, as they document it or
 * as their source says. The clock is the double's own; it jumps to whatever is due next.
 */
export interface Habits {
  name: string
  /** Between two cycles. */
  everyMinutes: number
  /** How a user is changed and switched off; a text for a boolean is Entra ID's. */
  changesBy: 'PUT' | 'PATCH' | 'PATCH with texts'
  /** Who is unassigned is deleted at once, or switched off. */
  leavesBy: 'switch' | 'DELETE'
  /** The group is pushed, or made by hand. */
  pushesGroups: boolean
  /** Sent with the group, so that it is found again by it. */
  groupHasExternalId?: boolean
  /** Looked for before it is made, and not only after a 409. */
  looksFirst: boolean
  /** How people are put in and taken out: all as one list, one operation each, or by filter. */
  adds: 'list' | 'each'
  removes: 'list' | 'each' | 'filter'
  /** Reads the group in each cycle and sends what differs. */
  readsGroup?: boolean
  /** After 429: at the time that the server names, or later by itself. */
  after429: 'Retry-After' | 'back-off'
  /** After a 5xx, or no answer: again by itself, less and less often, or only once somebody presses "Retry". */
  afterFault: 'back-off' | 'by hand'
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

export const DOUBLES: Habits[] = [
  {
    // learn.microsoft.com: a cycle each 40 minutes, failed objects back off each for itself, quarantine down to once a day.
    name: 'Entra ID',
    everyMinutes: 40,
    changesBy: 'PATCH with texts',
    leavesBy: 'switch',
    pushesGroups: true,
    groupHasExternalId: true,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'back-off',
    afterFault: 'back-off',
  },
  {
    // support.okta.com: goes by Retry-After; whatever else failed waits under "Tasks" for somebody.
    name: 'Okta',
    everyMinutes: 1,
    changesBy: 'PUT',
    leavesBy: 'switch',
    pushesGroups: true,
    looksFirst: true,
    adds: 'list',
    removes: 'filter',
    after429: 'Retry-After',
    afterFault: 'by hand',
  },
  {
    // authentik's source: hourly, 409 is looked up, groups are read back and compared, transient faults are tried again.
    name: 'authentik',
    everyMinutes: 60,
    changesBy: 'PUT',
    leavesBy: 'DELETE',
    pushesGroups: true,
    groupHasExternalId: true,
    looksFirst: false,
    adds: 'each',
    removes: 'filter',
    readsGroup: true,
    after429: 'back-off',
    afterFault: 'back-off',
  },
  {
    name: 'JumpCloud',
    everyMinutes: 10,
    changesBy: 'PUT',
    leavesBy: 'switch',
    pushesGroups: true,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'back-off',
    afterFault: 'by hand',
  },
  {
    // Goes by groups that are here, changes users by PUT; failed tasks wait for somebody.
    name: 'OneLogin',
    everyMinutes: 1,
    changesBy: 'PUT',
    leavesBy: 'DELETE',
    pushesGroups: false,
    looksFirst: true,
    adds: 'list',
    removes: 'filter',
    after429: 'back-off',
    afterFault: 'by hand',
  },
  {
    name: 'Google Workspace',
    everyMinutes: 180,
    changesBy: 'PATCH',
    leavesBy: 'switch',
    pushesGroups: false,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'back-off',
    afterFault: 'back-off',
  },
]

/** No answer came, or one that says "later". */
class Fault extends Error {
  readonly retryAfterMs: number | undefined

  constructor(retryAfterMs?: number) {
    super('no answer')
    this.retryAfterMs = retryAfterMs
  }
}

interface Line {
  isFlaky: boolean
  /** How often each fault happened. */
  faults: Map<string, number>
  send(method: InjectOptions['method'], path: string, body?: object): Promise<ScimAnswer>
}

/** `random`: below 1. A writing request may be lost on the way there or back, refused, sent twice, or arrive after its own repetition. */
export function createLine(idp: ScimClient, random: () => number): Line {
  let late: { key: string; arrive: () => Promise<unknown> } | undefined
  const line: Line = {
    isFlaky: true,
    faults: new Map(),
    async send(method, path, body) {
      const key = `${method} ${path} ${JSON.stringify(body)}`
      const call = () => idp.call(method, path, body)
      const arrived = late?.key === key ? late : undefined
      const fates = ['lost', 'never came', '503', '429', 'twice', arrived ? 'fine' : 'late'] as const
      const fate = line.isFlaky && random() < 0.45 ? fates[Math.floor(random() * fates.length)] : 'fine'
      if (fate !== undefined && fate !== 'fine') line.faults.set(fate, (line.faults.get(fate) ?? 0) + 1)
      if (fate === 'never came' || fate === '503') throw new Fault()
      if (fate === '429') throw new Fault(30_000)
      if (fate === 'late' && method !== 'GET') {
        late = { key, arrive: call }
        throw new Fault()
      }
      const answer = await call()
      if (answer.status >= 500 || answer.status === 429) throw new Fault()
      if (fate === 'twice' && method !== 'GET') await call()
      if (arrived) {
        late = undefined
        await arrived.arrive()
      }
      if (fate === 'lost') throw new Fault()
      return answer
    },
  }
  return line
}

interface Person {
  familyName: string
  isAssigned: boolean
}

interface Double {
  /** The directory of the provider: somebody changes it, and the double sends what follows. */
  people: Map<string, Person>
  /** Minutes that have gone by on its clock. */
  minutes(): number
  /** Cycles, until everything is sent. */
  settle(): Promise<void>
  /** Sends everything once more in the next cycle. */
  resynchronise(): void
  idOf(name: string): string | undefined
}

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export function createDouble(habits: Habits, group: string, line: Line, groupMadeByHand?: string): Double {
  let now = 0
  const people = new Map<string, Person>()
  const ids = new Map<string, string>()
  /** What was answered as done: the state of a user, and whether they are in the group. */
  const sent = new Map<string, string>()
  const inGroup = new Set<string>()
  let groupId = groupMadeByHand
  const due = new Map<string, { at: number; failures: number }>()
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
    userName: addressOf(name),
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

  /** One thing is tried, unless it is to wait; whether it is done. */
  async function attempt(key: string, work: () => Promise<void>): Promise<boolean> {
    const waiting = due.get(key)
    if (waiting && waiting.at > now) return false
    try {
      await work()
      due.delete(key)
      return true
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const failures = (waiting?.failures ?? 0) + 1
      const backOff = Math.min(DAY, habits.everyMinutes * MINUTE * 2 ** failures)
      const is429 = error.retryAfterMs !== undefined
      const wait = is429
        ? habits.after429 === 'Retry-After'
          ? (error.retryAfterMs ?? 0)
          : backOff
        : habits.afterFault === 'by hand'
          ? DAY
          : backOff
      due.set(key, { at: now + wait, failures })
      return false
    }
  }

  async function cycle(): Promise<boolean> {
    let isDone = true
    for (const [name, person] of people) {
      if (sent.get(name) === stateOf(person)) continue
      if (!(await attempt(name, () => pushUser(name, person)))) isDone = false
      else if (sent.get(name) !== stateOf(person)) isDone = false
    }
    return (await attempt('the group', pushGroup)) && isDone
  }

  return {
    people,
    minutes: () => now / MINUTE,
    async settle() {
      for (let cycles = 0; cycles < 500; cycles++) {
        if (await cycle()) return
        now = Math.max(now + habits.everyMinutes * MINUTE, Math.min(...[...due.values()].map(({ at }) => at)))
      }
      throw new Error(`${habits.name} was not done after 500 cycles`)
    },
    resynchronise() {
      sent.clear()
      inGroup.clear()
      due.clear()
    },
    idOf: (name) => ids.get(name),
  }
}
