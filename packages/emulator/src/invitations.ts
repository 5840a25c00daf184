import { externalState, isInstallableIn } from './build-states.ts'
import type { BuildRecord, GroupRecord, Mail, MailKind } from './records.ts'
import type { TesterRow } from './testers.ts'
import type { AppDevice } from './usage.ts'
import type { World } from './world.ts'

interface Due {
  at: number
  testerId: string
}

/** Sends invitation mails (into a ledger), and moves testers on from INVITED to INSTALLED as time passes. */
export class Invitations {
  mails: Mail[] = []
  /** Lower-cased address → Apple Account: addresses of one account share one place per app. */
  readonly accounts = new Map<string, string>()
  readonly #world: World
  readonly #toAccept: Due[] = []
  readonly #toInstall: Due[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** What joining a group causes: one mail if the group has a build to install and the person did not accept yet. */
  joined(testerId: string, group: GroupRecord, kind: MailKind, now: number): void {
    const row = this.#world.truth.byId.get(testerId)
    if (!row || (row.state !== 'NOT_INVITED' && row.state !== 'INVITED')) return
    if (this.hasInstallableBuild(group, now)) this.send(row, group.appId, kind, now)
  }

  hasInstallableBuild(group: GroupRecord, now: number): boolean {
    const { apps, builds } = this.#world
    const ids = group.hasAccessToAllBuilds ? apps.get(group.appId)?.builds : group.builds
    for (const id of ids?.keys() ?? []) {
      const build = builds.get(id)
      if (build && isInstallableIn(build, group, now)) return true
    }
    return false
  }

  /** Whether anything the tester has reach of in this app can be installed. */
  canInstall(row: TesterRow, appId: string, now: number): boolean {
    const { truth, groups, builds } = this.#world
    for (const id of truth.groupsOf(row.id).keys()) {
      const group = groups.get(id)
      if (group?.appId === appId && this.hasInstallableBuild(group, now)) return true
    }
    for (const id of truth.buildsOf(row.id).keys()) {
      const build = builds.get(id)
      if (build?.appId === appId && isInstallableIn(build, null, now)) return true
    }
    return false
  }

  /** A build became installable in a group: those who wait for their invitation get it now. */
  buildArrived(group: GroupRecord, now: number): void {
    if (!this.hasInstallableBuild(group, now)) return
    for (const id of this.#world.truth.membersOf(group.id).keys()) {
      const row = this.#world.truth.byId.get(id)
      if (row?.state === 'NOT_INVITED') this.send(row, group.appId, 'build', now)
    }
  }

  send(row: TesterRow, appId: string, kind: MailKind, now: number): void {
    this.mails.push({ at: now, appId, email: row.email, kind })
    trim(this.mails, this.#world.settings.ledgerMax)
    this.setState(row, 'INVITED', now)
  }

  setState(row: TesterRow, state: string | null, now: number): void {
    if (row.state !== state) {
      const devices = state === 'INSTALLED' ? (row.devices ?? [this.#deviceOf(row)]) : row.devices
      this.#world.testers.write({ kind: 'put', row: { ...row, state, devices } }, now)
    }
    if (state === 'INVITED') this.#toAccept.push({ at: now, testerId: row.id })
    if (state === 'ACCEPTED') this.#toInstall.push({ at: now, testerId: row.id })
    this.#world.onChange()
  }

  /** Whoever installs does so on some device, with the newest build of the app. */
  #deviceOf({ appIds }: TesterRow): AppDevice {
    const builds = [...(this.#world.apps.get(appIds[0] ?? '')?.builds.keys() ?? [])]
    const newest = this.#world.builds.get(builds.at(-1) ?? '')
    const build = newest && { appBuildVersion: newest.version }
    return { model: 'iPhone17,3', platform: 'IOS', osVersion: '26.1', ...build }
  }

  /** Moves on whatever is due by now. */
  tick(now: number): void {
    const { acceptAfterMs, installAfterMs, approveAfterMs } = this.#world.settings
    this.#advance(this.#toAccept, acceptAfterMs, now, (row) => {
      if (row.state === 'INVITED' && !this.#isBoundElsewhere(row)) this.setState(row, 'ACCEPTED', now)
    })
    this.#advance(this.#toInstall, installAfterMs, now, (row) => {
      if (row.state === 'ACCEPTED') this.setState(row, 'INSTALLED', now)
    })
    if (approveAfterMs !== null) this.#approve(now - approveAfterMs, now)
  }

  #advance(queue: Due[], afterMs: number | null, now: number, move: (row: TesterRow) => void): void {
    if (afterMs === null) return
    let done = 0
    while (done < queue.length) {
      const due = queue[done]
      if (!due || due.at + afterMs > now) break
      done += 1
      const row = this.#world.truth.byId.get(due.testerId)
      if (row) move(row)
    }
    if (done > 0) queue.splice(0, done)
  }

  /** An Apple Account takes one tester address per app: another one's invitation fails on the person's device. */
  #isBoundElsewhere(row: TesterRow): boolean {
    const account = this.accounts.get(row.email.toLowerCase())
    if (!account) return false
    for (const [email, other] of this.accounts) {
      if (other !== account || email === row.email.toLowerCase()) continue
      for (const appId of row.appIds) {
        const state = this.#world.truth.findInApp(appId, email)?.state
        if (state === 'ACCEPTED' || state === 'INSTALLED') return true
      }
    }
    return false
  }

  #approve(submittedBefore: number, now: number): void {
    for (const build of this.#world.builds.values()) {
      const state = build.review?.state
      if (state !== 'WAITING_FOR_REVIEW' && state !== 'IN_REVIEW') continue
      if (build.review && build.review.submittedAt <= submittedBefore) this.review(build, 'APPROVED', now)
    }
  }

  /** Sets the outcome of a beta review; an approved build reaches its groups at once. */
  review(build: BuildRecord, state: NonNullable<BuildRecord['review']>['state'], now: number): void {
    const before = externalState(build, now)
    build.review = { id: build.review?.id ?? build.id, submittedAt: build.review?.submittedAt ?? now, state }
    this.#world.onBuildState(build, before, externalState(build, now))
    for (const id of build.groups.keys()) {
      const group = this.#world.groups.get(id)
      if (group) this.buildArrived(group, now)
    }
    this.#world.onChange()
  }
}

/** Keeps a ledger bounded: the oldest tenth goes at once, so that it costs nothing per entry. */
export function trim(ledger: unknown[], max: number): void {
  if (ledger.length > max) ledger.splice(0, Math.max(Math.ceil(max / 10), ledger.length - max))
}
