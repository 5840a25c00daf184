import { externalState } from './build-states.ts'
import type { ActiveRule, FaultRule } from './faults.ts'
import type { ApiKey, NewKey, Role } from './keys.ts'
import type { CallRecord } from './ledgers.ts'
import { leaveGroup, removeFromApp, tick } from './membership.ts'
import type { Parts } from './pipeline.ts'
import type { AppRecord, BuildRecord, GroupRecord, Mail, ReviewState } from './records.ts'
import { addUsers, bindAccount, plantApp, plantBuild, plantGroup, plantPublicTester, plantTester } from './seed.ts'
import type { SeedApp, SeedBuild, SeedGroup, SeedPublicTester, SeedTester } from './seed.ts'
import { applySettings } from './settings.ts'
import type { SettingsPatch } from './settings.ts'
import type { TesterRow } from './testers.ts'
import type { AppDevice, UsageEntry } from './usage.ts'
import type { Delivery } from './webhook-sender.ts'

/** What a client signs with. */
export interface KeyCredentials {
  keyId: string
  issuerId: string
  /** Empty where only the public half is known. */
  privateKeyPem: string
}

/** A tester as a test looks at them. */
export interface TesterView {
  id: string
  email: string
  state: string | null
  firstName: string | null
  lastName: string | null
  /** Ids. */
  groups: string[]
  apps: string[]
}

/** What a tester did, all at one time: now, if not told. */
export type SeedUsage = Partial<UsageEntry>

const toEntry = ({ at, sessions = 0, crashes = 0, feedback = 0 }: SeedUsage, now: number): UsageEntry => ({
  at: at ?? now,
  sessions,
  crashes,
  feedback,
})

/** Everything a test or a demo can do behind Apple's API: look, set, and have things fail. */
export class Scripting {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  #now(): number {
    const now = this.#parts.clock.now()
    tick(this.#parts.world, now)
    return now
  }

  /** Keys with their private halves; the first is the default one. */
  get keys(): KeyCredentials[] {
    return [...this.#parts.keys.byId.values()].map(credentials)
  }

  apps(): AppRecord[] {
    return [...this.#parts.world.apps.values()]
  }

  groups(appId?: string): GroupRecord[] {
    return [...this.#parts.world.groups.values()].filter((group) => appId === undefined || group.appId === appId)
  }

  builds(appId?: string): BuildRecord[] {
    return [...this.#parts.world.builds.values()].filter((build) => appId === undefined || build.appId === appId)
  }

  /** Addresses in a group, in truth, in the order they came in. */
  groupMembers(groupId: string): string[] {
    this.#now()
    const { truth } = this.#parts.world
    return [...truth.membersOf(groupId).keys()].map((id) => truth.byId.get(id)?.email || id)
  }

  testers(appId?: string): TesterView[] {
    this.#now()
    const { truth } = this.#parts.world
    const rows = [...truth.byId.values()].filter((row) => appId === undefined || row.appIds.includes(appId))
    return rows.map((row) => this.#view(row))
  }

  #view({ id, email, state, firstName, lastName, appIds }: TesterRow): TesterView {
    const groups = [...this.#parts.world.truth.groupsOf(id).keys()]
    return { id, email, state, firstName, lastName, groups, apps: [...appIds] }
  }

  calls(): CallRecord[] {
    return this.#parts.ledgers.calls
  }

  mails(): Mail[] {
    this.#now()
    return this.#parts.world.invitations.mails
  }

  /** Requests that did not fit Apple's schema, and failures of the emulator itself. Empty is right. */
  violations(): string[] {
    return this.#parts.ledgers.violations
  }

  deliveries(): Delivery[] {
    return this.#parts.webhookSender.deliveries
  }

  resetLedgers(): void {
    this.#parts.ledgers.reset()
    this.#parts.world.invitations.mails = []
    this.#parts.webhookSender.deliveries.length = 0
  }

  /** The next matching call or calls fail as told. The rule returned counts its hits. */
  failNext(rule: FaultRule): ActiveRule {
    return this.#parts.faults.add(rule, this.#parts.clock.now())
  }

  faults(): ActiveRule[] {
    return this.#parts.faults.active()
  }

  clearFaults(id?: string): void {
    this.#parts.faults.clear(id)
  }

  settings(patch: SettingsPatch): void {
    applySettings(this.#parts.settings, patch)
  }

  /** By address (in every app that has it) or id. `null` is answered as null, `ABSENT` leaves the state out. */
  setState(emailOrId: string, state: string | null, appId?: string): void {
    const now = this.#now()
    for (const row of this.#find(emailOrId, appId)) this.#parts.world.invitations.setState(row, state, now)
  }

  #find(emailOrId: string, appId?: string): TesterRow[] {
    const { truth } = this.#parts.world
    const email = emailOrId.toLowerCase()
    const byId = truth.byId.get(emailOrId)
    const rows = byId ? [byId] : [...truth.byId.values()].filter((row) => row.email.toLowerCase() === email)
    const found = rows.filter((row) => appId === undefined || row.appIds.includes(appId))
    if (found.length === 0) throw new Error('There is no such tester')
    return found
  }

  /** What a tester did with its apps, in place of everything before; `gap`: Apple gives no row for it. */
  setUsage(emailOrId: string, usage: SeedUsage | SeedUsage[] | 'gap', appId?: string): void {
    const now = this.#now()
    const entries = usage === 'gap' ? usage : [usage].flat().map((one) => toEntry(one, now))
    for (const row of this.#find(emailOrId, appId)) {
      for (const id of row.appIds) {
        if (appId === undefined || id === appId) this.#parts.world.usage.set(id, row.id, entries)
      }
    }
  }

  /** Where a tester has the app; null: Apple says nothing of it. */
  setDevices(emailOrId: string, devices: AppDevice[] | null, appId?: string): void {
    const now = this.#now()
    for (const row of this.#find(emailOrId, appId)) {
      this.#parts.world.testers.write({ kind: 'put', row: { ...row, devices } }, now)
    }
  }

  /** By the group's public link: anonymous, without an address. */
  addPublicTester(groupId: string, tester: SeedPublicTester = {}): TesterView {
    return this.#view(plantPublicTester(this.#parts.world, this.#group(groupId), tester, this.#now()))
  }

  #group(groupId: string): GroupRecord {
    const group = this.#parts.world.groups.get(groupId)
    if (!group) throw new Error(`There is no group ${groupId}`)
    return group
  }

  #app(appId: string): AppRecord {
    const app = this.#parts.world.apps.get(appId)
    if (!app) throw new Error(`There is no app ${appId}`)
    return app
  }

  #build(buildId: string): BuildRecord {
    const build = this.#parts.world.builds.get(buildId)
    if (!build) throw new Error(`There is no build ${buildId}`)
    return build
  }

  /** By hand in App Store Connect: into a group, in the state told (INVITED), without a mail in the ledger. */
  addTester(groupId: string, tester: string | SeedTester): TesterView {
    const group = this.#group(groupId)
    plantTester(this.#parts.world, group, tester, this.#now())
    const [row] = this.#find(typeof tester === 'string' ? tester : tester.email, group.appId)
    return this.#view(row as TesterRow)
  }

  /** Many at once, for large groups. */
  addTesters(groupId: string, testers: (string | SeedTester)[]): void {
    const [group, now] = [this.#group(groupId), this.#now()]
    for (const tester of testers) plantTester(this.#parts.world, group, tester, now)
  }

  /** By hand: out of one group, or out of the whole app. */
  removeTester(emailOrId: string, from: { groupId: string } | { appId: string }): void {
    const now = this.#now()
    const { world } = this.#parts
    const appId = 'appId' in from ? from.appId : this.#group(from.groupId).appId
    for (const row of this.#find(emailOrId, appId)) {
      if ('groupId' in from) leaveGroup(world, from.groupId, row.id, now)
      else removeFromApp(world, from.appId, row.id, now)
    }
  }

  addApp(seed: SeedApp): AppRecord {
    return plantApp(this.#parts.world, seed, this.#parts.keys.first()?.issuerId ?? '', this.#now())
  }

  addGroup(appId: string, seed: SeedGroup): GroupRecord {
    return plantGroup(this.#parts.world, this.#app(appId), seed, this.#now())
  }

  /** By hand: the group is gone, and its testers stay. */
  removeGroup(groupId: string): void {
    this.#parts.world.deleteGroup(this.#group(groupId), this.#now())
  }

  addBuild(appId: string, seed: SeedBuild = {}): BuildRecord {
    const now = this.#now()
    const build = plantBuild(this.#parts.world, this.#app(appId), seed, now)
    this.#parts.world.onBuildState(build, '', externalState(build, now))
    return build
  }

  expireBuild(buildId: string): void {
    this.#changeBuild(buildId, (build) => (build.expired = true))
  }

  /** Changes a build as Apple's processing, or a person, would. */
  updateBuild(
    buildId: string,
    patch: Partial<Pick<BuildRecord, 'processingState' | 'usesNonExemptEncryption' | 'expiresAt'>>,
  ): void {
    this.#changeBuild(buildId, (build) => Object.assign(build, patch))
  }

  #changeBuild(buildId: string, change: (build: BuildRecord) => void): void {
    const now = this.#now()
    const { world } = this.#parts
    const build = this.#build(buildId)
    const before = externalState(build, now)
    change(build)
    world.onBuildState(build, before, externalState(build, now))
    for (const group of this.groups(build.appId)) {
      if (group.hasAccessToAllBuilds || group.builds.has(buildId)) world.invitations.buildArrived(group, now)
    }
    world.onChange()
  }

  /** "Notify Testers": a held build reaches its groups. */
  releaseBuild(buildId: string): void {
    this.#parts.world.releaseBuild(this.#build(buildId), this.#now())
  }

  /** The outcome of beta review. */
  setReview(buildId: string, state: ReviewState): void {
    this.#parts.world.invitations.review(this.#build(buildId), state, this.#now())
  }

  addUsers(emails: string[], issuerId = this.#parts.keys.first()?.issuerId ?? ''): void {
    addUsers(this.#parts.world, issuerId, emails)
  }

  /** Addresses of one Apple Account, of which only one can be a tester of an app. */
  bindAccount(emails: string[]): void {
    bindAccount(this.#parts.world, emails)
  }

  addKey(key: NewKey = {}): KeyCredentials {
    const made = credentials(this.#parts.keys.add(key))
    this.#parts.world.onChange()
    return made
  }

  revokeKey(keyId: string): void {
    this.#parts.keys.get(keyId).revoked = true
    this.#parts.world.onChange()
  }

  restoreKey(keyId: string): void {
    this.#parts.keys.get(keyId).revoked = false
    this.#parts.world.onChange()
  }

  setRole(keyId: string, role: Role): void {
    this.#parts.keys.get(keyId).role = role
    this.#parts.world.onChange()
  }

  /** Of one team, or of all. */
  setAgreementsOk(ok: boolean, issuerId?: string): void {
    this.#mark(this.#parts.keys.agreementsMissing, ok, issuerId)
  }

  setMembershipOk(ok: boolean, issuerId?: string): void {
    this.#mark(this.#parts.keys.membershipExpired, ok, issuerId)
  }

  #mark(set: Set<string>, ok: boolean, issuerId: string | undefined): void {
    const teams = issuerId ? [issuerId] : [...this.#parts.keys.byId.values()].map((key) => key.issuerId)
    for (const team of teams) {
      if (ok) set.delete(team)
      else set.add(team)
    }
  }

  /** Somebody else uses the key. */
  spendQuota(keyId: string, calls: number): void {
    this.#parts.quota.spend(keyId, this.#parts.clock.now(), calls)
  }

  quotaUsed(keyId: string): { hour: number; minute: number } {
    return this.#parts.quota.used(keyId, this.#parts.clock.now())
  }

  /** Sends one of Apple's webhooks to every enabled webhook of the app, signed. */
  async fireWebhook(appId: string, type: string, instance: { type: string; id: string }): Promise<Delivery[]> {
    const { world, webhookSender } = this.#parts
    const webhooks = [...world.webhooks.values()].filter((webhook) => webhook.appId === appId && webhook.enabled)
    return await Promise.all(webhooks.map((webhook) => webhookSender.send(webhook, type, instance, {}, this.#now())))
  }
}

const credentials = ({ keyId, issuerId, privateKeyPem }: ApiKey): KeyCredentials => ({
  keyId,
  issuerId,
  privateKeyPem: privateKeyPem ?? '',
})
