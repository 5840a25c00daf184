import { randomUUID } from 'node:crypto'
import { createTester, joinGroup } from './membership.ts'
import type { Keys, NewKey } from './keys.ts'
import type { AppRecord, BuildRecord, GroupRecord, ProcessingState, ReviewState } from './records.ts'
import type { TesterRow } from './testers.ts'
import type { AppDevice } from './usage.ts'
import type { World } from './world.ts'

/** A build to begin with. */
export interface SeedBuild {
  id?: string
  /** The build number. */
  version?: string
  preReleaseVersion?: string
  platform?: BuildRecord['platform']
  uploadedAt?: number
  /** 90 days after the upload, if not given. */
  expiresAt?: number
  expired?: boolean
  processingState?: ProcessingState
  usesNonExemptEncryption?: boolean | null
  /** Beta review; null is not submitted. Approved, if not given. */
  review?: ReviewState | null
  /** False: held once it is approved, until it is released. */
  autoNotify?: boolean
  /** Ids or names of groups that have it. */
  groups?: string[]
}

/** A tester to begin with. */
export interface SeedTester {
  email: string
  firstName?: string | null
  lastName?: string | null
  state?: string | null
  /** Where the app is installed. */
  devices?: AppDevice[]
}

/** Who came by a public link: Apple knows no address. */
export type SeedPublicTester = Omit<SeedTester, 'email' | 'firstName' | 'lastName'>

/** A group to begin with; testers may be given by their address alone. */
export interface SeedGroup {
  id?: string
  name: string
  isInternalGroup?: boolean
  hasAccessToAllBuilds?: boolean
  testers?: (string | SeedTester)[]
}

/** An app to begin with. */
export interface SeedApp {
  id?: string
  /** The team; the first key's, if not given. */
  issuerId?: string
  name?: string
  bundleId: string
  testInformation?: boolean
  groups?: SeedGroup[]
  builds?: SeedBuild[]
}

/** What App Store Connect has when the emulator starts. */
export interface Seed {
  keys?: NewKey[]
  apps?: SeedApp[]
  /** Addresses of team users, who alone may be in internal groups. */
  users?: { issuerId?: string; emails: string[] }[]
  /** Addresses of one Apple Account each. */
  accounts?: string[][]
}

const day = 86_400_000

/** What an emulator without a seed starts with: enough to add somebody to a group. */
export const demoSeed: Seed = {
  apps: [
    {
      id: '6449123456',
      name: 'Acme Demo',
      bundleId: 'com.acme.app',
      groups: [
        { id: '1a0c9a54-6b1e-4d43-9a0b-0c9f4a1f0001', name: 'Acme Team', isInternalGroup: true },
        { id: '1a0c9a54-6b1e-4d43-9a0b-0c9f4a1f0002', name: 'Beta – Gold' },
      ],
      builds: [
        {
          id: '1a0c9a54-6b1e-4d43-9a0b-0c9f4a1f0003',
          version: '42',
          preReleaseVersion: '1.0',
          groups: ['Beta – Gold'],
        },
      ],
    },
  ],
}

export function plant(world: World, keys: Keys, seed: Seed, now: number): void {
  for (const key of seed.keys ?? []) keys.add(key)
  if (keys.byId.size === 0) keys.add({})
  const team = keys.first()?.issuerId ?? ''
  for (const { issuerId, emails } of seed.users ?? []) addUsers(world, issuerId ?? team, emails)
  for (const emails of seed.accounts ?? []) bindAccount(world, emails)
  for (const app of seed.apps ?? []) plantApp(world, app, team, now)
}

export function addUsers(world: World, issuerId: string, emails: string[]): void {
  const users = world.users.get(issuerId) ?? new Set()
  for (const email of emails) users.add(email.toLowerCase())
  world.users.set(issuerId, users)
}

export function bindAccount(world: World, emails: string[]): void {
  const account = randomUUID()
  for (const email of emails) world.invitations.accounts.set(email.toLowerCase(), account)
}

export function plantApp(world: World, seed: SeedApp, team: string, now: number): AppRecord {
  const { id, name, bundleId, testInformation, issuerId } = seed
  const app = world.addApp({ id, issuerId: issuerId ?? team, name: name ?? bundleId, bundleId, testInformation })
  for (const group of seed.groups ?? []) plantGroup(world, app, group, now)
  for (const build of seed.builds ?? []) plantBuild(world, app, build, now)
  return app
}

export function plantGroup(world: World, app: AppRecord, seed: SeedGroup, now: number): GroupRecord {
  const { testers, ...rest } = seed
  const group = world.addGroup(app, { ...rest, createdAt: now })
  for (const tester of testers ?? []) plantTester(world, group, tester, now)
  return group
}

/** As if somebody had come by the group's public link: anonymous, and accepted at once. */
export function plantPublicTester(
  world: World,
  group: GroupRecord,
  { state = 'ACCEPTED', devices }: SeedPublicTester,
  now: number,
): TesterRow {
  const { issuerId = '' } = world.apps.get(group.appId) ?? {}
  const made = { issuerId, email: '', appIds: [group.appId], state: null, inviteType: 'PUBLIC_LINK' } as const
  const { id } = createTester(world, made, now)
  return join(world, group, id, { state, devices }, now)
}

/** Into the group, with this state and these devices. */
function join(
  world: World,
  group: GroupRecord,
  id: string,
  { state, devices }: { state: string | null; devices: AppDevice[] | undefined },
  now: number,
): TesterRow {
  const current = (): TesterRow => world.truth.byId.get(id) as TesterRow
  joinGroup(world, group, current(), 'add', now)
  world.invitations.setState(current(), state, now)
  if (devices) world.testers.write({ kind: 'put', row: { ...current(), devices } }, now)
  return current()
}

/** As if somebody had done it in App Store Connect: no mail goes out, and the state is as told. */
export function plantTester(world: World, group: GroupRecord, seed: string | SeedTester, now: number): void {
  const tester = typeof seed === 'string' ? { email: seed } : seed
  const app = world.apps.get(group.appId)
  if (!app) return
  const { email, firstName = null, lastName = null, state = 'INVITED', devices } = tester
  const existing = world.truth.findInApp(app.id, email)
  if (existing) return joinGroup(world, group, existing, 'add', now)
  const made = { issuerId: app.issuerId, email, firstName, lastName, appIds: [app.id], state: null }
  join(world, group, createTester(world, made, now).id, { state, devices }, now)
}

export function plantBuild(world: World, app: AppRecord, seed: SeedBuild, now: number): BuildRecord {
  const id = seed.id ?? randomUUID()
  const uploadedAt = seed.uploadedAt ?? now
  const review = seed.review === undefined ? 'APPROVED' : seed.review
  const build: BuildRecord = {
    id,
    appId: app.id,
    version: seed.version ?? String(app.builds.size + 1),
    preReleaseVersion: seed.preReleaseVersion ?? '1.0',
    platform: seed.platform ?? 'IOS',
    uploadedAt,
    expiresAt: seed.expiresAt ?? uploadedAt + 90 * day,
    expired: seed.expired ?? false,
    processingState: seed.processingState ?? 'VALID',
    usesNonExemptEncryption: seed.usesNonExemptEncryption === undefined ? false : seed.usesNonExemptEncryption,
    autoNotify: seed.autoNotify ?? true,
    released: false,
    review: review === null ? null : { id, state: review, submittedAt: uploadedAt },
    groups: new Map(),
    seq: world.nextSeq(),
  }
  world.builds.set(id, build)
  app.builds.set(id, build.seq)
  for (const name of seed.groups ?? []) {
    const group = [...app.groups.keys()]
      .flatMap((groupId) => world.groups.get(groupId) ?? [])
      .find((one) => one.id === name || one.name === name)
    if (!group) throw new Error(`Build ${build.version} names an unknown group ${name}`)
    group.builds.set(id, build.seq)
    build.groups.set(group.id, build.seq)
    world.invitations.buildArrived(group, now)
  }
  for (const group of [...app.groups.keys()].flatMap((groupId) => world.groups.get(groupId) ?? [])) {
    if (group.hasAccessToAllBuilds) world.invitations.buildArrived(group, now)
  }
  world.onChange()
  return build
}
