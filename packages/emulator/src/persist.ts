import { createPublicKey } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ApiKey, Keys } from './keys.ts'
import type { AppRecord, BuildRecord, GroupRecord, Mail, WebhookRecord } from './records.ts'
import type { Change } from './testers.ts'
import type { World } from './world.ts'

type Stored<T, K extends string> = Omit<T, K> & Record<K, [string, number][]>

interface DataFile {
  v: 1
  keys: (Pick<ApiKey, 'keyId' | 'issuerId' | 'role' | 'revoked'> & { publicKeyPem: string })[]
  apps: Stored<AppRecord, 'groups' | 'builds'>[]
  groups: Stored<GroupRecord, 'builds'>[]
  builds: Stored<BuildRecord, 'groups'>[]
  webhooks: WebhookRecord[]
  users: [string, string[]][]
  accounts: [string, string][]
  testers: Change[]
  mails: Mail[]
}

function dump(world: World, keys: Keys): DataFile {
  return {
    v: 1,
    keys: [...keys.byId.values()].map(({ keyId, issuerId, role, revoked, publicKey }) => ({
      keyId,
      issuerId,
      role,
      revoked,
      publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })),
    apps: [...world.apps.values()].map((app) => ({ ...app, groups: [...app.groups], builds: [...app.builds] })),
    groups: [...world.groups.values()].map((group) => ({ ...group, builds: [...group.builds] })),
    builds: [...world.builds.values()].map((build) => ({ ...build, groups: [...build.groups] })),
    webhooks: [...world.webhooks.values()],
    users: [...world.users].map(([issuerId, emails]) => [issuerId, [...emails]]),
    accounts: [...world.invitations.accounts],
    testers: [...world.truth.changes()],
    mails: world.invitations.mails,
  }
}

function restore(data: DataFile, world: World, keys: Keys, now: number): void {
  for (const { publicKeyPem, ...key } of data.keys) {
    // A key given at start stays as it was given, with its private half.
    if (keys.byId.has(key.keyId)) continue
    keys.byId.set(key.keyId, { ...key, publicKey: createPublicKey(publicKeyPem), privateKeyPem: null })
  }
  for (const app of data.apps) {
    world.apps.set(app.id, { ...app, groups: new Map(app.groups), builds: new Map(app.builds) })
  }
  for (const group of data.groups) world.groups.set(group.id, { ...group, builds: new Map(group.builds) })
  for (const build of data.builds) world.builds.set(build.id, { ...build, groups: new Map(build.groups) })
  for (const webhook of data.webhooks) world.webhooks.set(webhook.id, webhook)
  for (const [issuerId, emails] of data.users) world.users.set(issuerId, new Set(emails))
  for (const [email, account] of data.accounts) world.invitations.accounts.set(email, account)
  let seq = 0
  for (const change of data.testers) {
    // What an earlier version kept had no devices.
    world.truth.apply(
      change.kind === 'put' ? { ...change, row: { ...change.row, devices: change.row.devices ?? null } } : change,
    )
    seq = Math.max(seq, change.kind === 'put' ? change.row.seq : 'seq' in change ? change.seq : 0)
    if (change.kind === 'put') world.invitations.setState(change.row, change.row.state, now)
  }
  for (const { seq: place } of [...data.apps, ...data.groups, ...data.builds, ...data.webhooks]) {
    seq = Math.max(seq, place)
  }
  world.seqAtLeast(seq)
  world.invitations.mails = data.mails
}

/** Keeps the state in one file, so that a demo survives a restart. */
export class DataFileStore {
  #timer: NodeJS.Timeout | undefined
  readonly #file: string
  readonly #world: World
  readonly #keys: Keys

  constructor(file: string, world: World, keys: Keys) {
    this.#file = file
    this.#world = world
    this.#keys = keys
  }

  /** False: there is no file yet. */
  load(now: number): boolean {
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    const data = JSON.parse(text) as DataFile
    if (data.v !== 1) throw new Error(`${this.#file} was not written by this emulator`)
    restore(data, this.#world, this.#keys, now)
    return true
  }

  /** Saves soon: many changes in a row cost one write. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.save(), 500).unref()
  }

  save(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    mkdirSync(dirname(this.#file), { recursive: true })
    // Through a second file: a crash in the middle leaves the old state whole.
    writeFileSync(`${this.#file}.new`, JSON.stringify(dump(this.#world, this.#keys)), { mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }
}
