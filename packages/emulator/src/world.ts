import { randomUUID } from 'node:crypto'
import { externalState } from './build-states.ts'
import { Invitations } from './invitations.ts'
import type { AppRecord, BuildRecord, GroupRecord, WebhookRecord } from './records.ts'
import type { Settings } from './settings.ts'
import { LaggedTesters } from './testers.ts'
import type { TesterTable } from './testers.ts'
import { Usage } from './usage.ts'

/** Everything that App Store Connect would remember. */
export class World {
  readonly apps = new Map<string, AppRecord>()
  readonly groups = new Map<string, GroupRecord>()
  readonly builds = new Map<string, BuildRecord>()
  readonly webhooks = new Map<string, WebhookRecord>()
  /** Lower-cased addresses of a team's users: the only ones an internal group takes. */
  readonly users = new Map<string, Set<string>>()
  readonly testers: LaggedTesters
  readonly invitations: Invitations
  readonly usage: Usage
  readonly settings: Settings
  /** App-level removals that were answered 202 and have not happened yet. */
  readonly removals: { dueAt: number; appId: string; testerId: string }[] = []
  /** Told of every change, so that it can be saved; and of build states, so that webhooks go out. */
  onChange: () => void = () => undefined
  onBuildState: (build: BuildRecord, before: string, after: string) => void = () => undefined
  #seq = 0

  constructor(settings: Settings) {
    this.settings = settings
    this.testers = new LaggedTesters(() => settings.readLagMs)
    this.invitations = new Invitations(this)
    this.usage = new Usage(this)
  }

  /** The truth, for writes. */
  get truth(): TesterTable {
    return this.testers.truth
  }

  nextSeq(): number {
    return (this.#seq += 1)
  }

  /** After a restart, places go on behind those that were loaded. */
  seqAtLeast(seq: number): void {
    this.#seq = Math.max(this.#seq, seq)
  }

  appsOf(issuerId: string): AppRecord[] {
    return [...this.apps.values()].filter((app) => app.issuerId === issuerId)
  }

  addApp(input: {
    id?: string | undefined
    issuerId: string
    name: string
    bundleId: string
    testInformation?: boolean | undefined
  }): AppRecord {
    const seq = this.nextSeq()
    const app: AppRecord = {
      id: input.id ?? String(6_400_000_000 + Math.floor(Math.random() * 99_999_999)),
      issuerId: input.issuerId,
      name: input.name,
      bundleId: input.bundleId,
      sku: input.bundleId,
      testInformation: input.testInformation ?? true,
      groups: new Map(),
      builds: new Map(),
      seq,
    }
    this.apps.set(app.id, app)
    this.onChange()
    return app
  }

  addGroup(
    app: AppRecord,
    input: { name: string; createdAt: number } & Partial<Omit<GroupRecord, 'seq' | 'builds'>>,
  ): GroupRecord {
    const group: GroupRecord = {
      isInternalGroup: false,
      hasAccessToAllBuilds: false,
      publicLinkEnabled: false,
      publicLinkLimitEnabled: false,
      publicLinkLimit: null,
      feedbackEnabled: true,
      ...input,
      id: input.id ?? randomUUID(),
      appId: app.id,
      builds: new Map(),
      seq: this.nextSeq(),
    }
    this.groups.set(group.id, group)
    app.groups.set(group.id, group.seq)
    this.onChange()
    return group
  }

  deleteGroup(group: GroupRecord, now: number): void {
    this.groups.delete(group.id)
    this.apps.get(group.appId)?.groups.delete(group.id)
    for (const id of group.builds.keys()) this.builds.get(id)?.groups.delete(group.id)
    this.testers.write({ kind: 'disband', groupId: group.id }, now)
    this.onChange()
  }

  /** A held build reaches its groups: those who wait for their invitation get it. */
  releaseBuild(build: BuildRecord, now: number): void {
    const before = externalState(build, now)
    build.released = true
    this.onBuildState(build, before, externalState(build, now))
    for (const id of build.groups.keys()) {
      const group = this.groups.get(id)
      if (group) this.invitations.buildArrived(group, now)
    }
    this.onChange()
  }

  isTeamUser(issuerId: string, email: string): boolean {
    return this.users.get(issuerId)?.has(email.toLowerCase()) ?? false
  }
}
