import { EmailSearch } from './email-search.ts'
import type { AppDevice } from './usage.ts'

/** Ids in the order they came in, each with its place: pages go by that place, so removals never shift a row. */
export type Ids = ReadonlyMap<string, number>

/** Rows are never changed in place: a reader behind the lag keeps the row it saw. */
export interface TesterRow {
  readonly id: string
  readonly issuerId: string
  /** Empty for who came by a public link: Apple knows, and tells, no address. */
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  /** Apple's words; anything else is possible by command, null too. */
  readonly state: string | null
  readonly inviteType: 'EMAIL' | 'PUBLIC_LINK'
  /** Where the app is installed; null: Apple says nothing of it. */
  readonly devices: readonly AppDevice[] | null
  readonly appIds: readonly string[]
  readonly seq: number
}

export type Change =
  | { kind: 'put'; row: TesterRow }
  | { kind: 'drop'; id: string }
  | { kind: 'join'; groupId: string; testerId: string; seq: number }
  | { kind: 'leave'; groupId: string; testerId: string }
  | { kind: 'give'; buildId: string; testerId: string; seq: number }
  | { kind: 'take'; buildId: string; testerId: string }
  | { kind: 'disband'; groupId: string }

const none: Ids = new Map()

class EmailIndex {
  readonly ids = new Map<string, number>()
  readonly byEmail = new Map<string, string[]>()
  readonly search = new EmailSearch(() => this.byEmail.keys())
  #last = 0

  add(row: TesterRow): void {
    if (this.ids.has(row.id)) return
    // A record of the whole team may come into an app long after it was made: places must still go up.
    this.#last = Math.max(this.#last + 1, row.seq)
    this.ids.set(row.id, this.#last)
    const email = row.email.toLowerCase()
    const same = this.byEmail.get(email)
    if (same) same.push(row.id)
    else {
      this.byEmail.set(email, [row.id])
      this.search.add(email)
    }
  }

  remove(row: TesterRow): void {
    if (!this.ids.delete(row.id)) return
    const email = row.email.toLowerCase()
    const rest = (this.byEmail.get(email) ?? []).filter((id) => id !== row.id)
    if (rest.length > 0) {
      this.byEmail.set(email, rest)
      return
    }
    this.byEmail.delete(email)
    this.search.remove()
  }
}

/** Relations of one kind, from both ends. */
class Links {
  readonly members = new Map<string, Map<string, number>>()
  readonly of = new Map<string, Map<string, number>>()

  add(owner: string, testerId: string, seq: number): void {
    into(this.members, owner).set(testerId, seq)
    into(this.of, testerId).set(owner, seq)
  }

  remove(owner: string, testerId: string): void {
    this.members.get(owner)?.delete(testerId)
    this.of.get(testerId)?.delete(owner)
  }

  dropOwner(owner: string): void {
    for (const testerId of this.members.get(owner)?.keys() ?? []) this.of.get(testerId)?.delete(owner)
    this.members.delete(owner)
  }

  dropTester(testerId: string): void {
    for (const owner of this.of.get(testerId)?.keys() ?? []) this.members.get(owner)?.delete(testerId)
    this.of.delete(testerId)
  }
}

function into(map: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let inner = map.get(key)
  if (!inner) map.set(key, (inner = new Map()))
  return inner
}

/** All tester rows with every index a call needs. Changed by `apply` alone. */
export class TesterTable {
  readonly byId = new Map<string, TesterRow>()
  readonly #indexes = new Map<string, EmailIndex>()
  readonly #groups = new Links()
  readonly #builds = new Links()

  membersOf = (groupId: string): Ids => this.#groups.members.get(groupId) ?? none
  groupsOf = (testerId: string): Ids => this.#groups.of.get(testerId) ?? none
  individualsOf = (buildId: string): Ids => this.#builds.members.get(buildId) ?? none
  buildsOf = (testerId: string): Ids => this.#builds.of.get(testerId) ?? none
  ofApp = (appId: string): Ids => this.#indexes.get(appId)?.ids ?? none
  ofTeam = (issuerId: string): Ids => this.#indexes.get(`team:${issuerId}`)?.ids ?? none

  isMember(groupId: string, testerId: string): boolean {
    return this.membersOf(groupId).has(testerId)
  }

  findInApp(appId: string, email: string): TesterRow | undefined {
    return this.#find(appId, email)[0]
  }

  findInTeam(issuerId: string, email: string): TesterRow[] {
    return this.#find(`team:${issuerId}`, email)
  }

  #find(index: string, email: string): TesterRow[] {
    const ids = this.#indexes.get(index)?.byEmail.get(email.toLowerCase()) ?? []
    return ids.flatMap((id) => this.byId.get(id) ?? [])
  }

  /** Ids whose address holds one of the parts, in order. */
  searchEmail(scope: { appId: string } | { issuerId: string }, parts: string[]): Map<string, number> {
    const index = this.#indexes.get('appId' in scope ? scope.appId : `team:${scope.issuerId}`)
    const hits: [string, number][] = []
    const seen = new Set<string>()
    for (const part of parts) {
      for (const email of index?.search.find(part.toLowerCase()) ?? []) {
        if (seen.has(email)) continue
        seen.add(email)
        for (const id of index?.byEmail.get(email) ?? []) hits.push([id, index?.ids.get(id) ?? 0])
      }
    }
    return new Map(hits.sort((a, b) => a[1] - b[1]))
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'put':
        this.#put(change.row)
        break
      case 'drop':
        this.#drop(change.id)
        break
      case 'join':
        if (this.byId.has(change.testerId)) this.#groups.add(change.groupId, change.testerId, change.seq)
        break
      case 'leave':
        this.#groups.remove(change.groupId, change.testerId)
        break
      case 'give':
        if (this.byId.has(change.testerId)) this.#builds.add(change.buildId, change.testerId, change.seq)
        break
      case 'take':
        this.#builds.remove(change.buildId, change.testerId)
        break
      case 'disband':
        this.#groups.dropOwner(change.groupId)
        break
    }
  }

  #put(row: TesterRow): void {
    const before = this.byId.get(row.id)
    this.byId.set(row.id, row)
    for (const appId of before?.appIds ?? []) if (!row.appIds.includes(appId)) this.#indexes.get(appId)?.remove(row)
    for (const index of [...row.appIds, `team:${row.issuerId}`]) this.#index(index).add(row)
  }

  #drop(id: string): void {
    const row = this.byId.get(id)
    if (!row) return
    for (const index of [...row.appIds, `team:${row.issuerId}`]) this.#indexes.get(index)?.remove(row)
    this.#groups.dropTester(id)
    this.#builds.dropTester(id)
    this.byId.delete(id)
  }

  #index(name: string): EmailIndex {
    let index = this.#indexes.get(name)
    if (!index) this.#indexes.set(name, (index = new EmailIndex()))
    return index
  }

  /** Every change that would build this table from nothing. */
  *changes(): Generator<Change> {
    for (const row of this.byId.values()) yield { kind: 'put', row }
    for (const [groupId, members] of this.#groups.members)
      for (const [testerId, seq] of members) yield { kind: 'join', groupId, testerId, seq }
    for (const [buildId, members] of this.#builds.members)
      for (const [testerId, seq] of members) yield { kind: 'give', buildId, testerId, seq }
  }
}

/** The truth, and what reads see of it: the same table, or one that follows `lagMs` behind. */
export class LaggedTesters {
  readonly truth = new TesterTable()
  #view = this.truth
  #pending: { at: number; change: Change }[] = []
  readonly #lagMs: () => number

  constructor(lagMs: () => number) {
    this.#lagMs = lagMs
  }

  write(change: Change, now: number): void {
    if (this.#lagMs() > 0 && this.#view === this.truth) this.#branch()
    this.truth.apply(change)
    if (this.#view !== this.truth) this.#pending.push({ at: now, change })
  }

  reads(now: number): TesterTable {
    if (this.#view === this.truth) return this.truth
    const due = now - this.#lagMs()
    let done = 0
    for (const { at, change } of this.#pending) {
      if (at > due) break
      this.#view.apply(change)
      done += 1
    }
    if (done > 0) this.#pending = this.#pending.slice(done)
    if (this.#pending.length === 0 && this.#lagMs() === 0) this.#view = this.truth
    return this.#view
  }

  #branch(): void {
    this.#view = new TesterTable()
    for (const change of this.truth.changes()) this.#view.apply(change)
  }
}
