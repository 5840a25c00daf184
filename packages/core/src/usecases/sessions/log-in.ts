import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../domain/clock.ts'
import type { DashboardUser } from '../../domain/dashboard-user.ts'
import type { PasswordCheck, Sealer } from '../../secrets/index.ts'
import type { Attempts, Store } from '../../store/index.ts'
import { makeDevice, readDevice } from './device.ts'
import { networkOf, widerNetworksOf } from './network.ts'

export interface SessionDeps {
  store: Pick<Store, 'attempts' | 'sessions'>
  clock: Clock
  sealer: Sealer
  passwords: PasswordCheck
  dashboardUsers: readonly DashboardUser[]
}

export interface LogInInput {
  name: string
  password: string
  address: string
  /** What the browser was given when it logged in before. */
  device?: string | undefined
  /** The user's other sessions are over then. */
  endOthers?: boolean
}

/** What an attempt to log in came to. */
export type LogInOutcome =
  | { kind: 'in'; token: string; user: DashboardUser; device: string }
  | { kind: 'refused' }
  /** No password was looked at: the same sender has asked too often at once. */
  | { kind: 'wait'; retryAfterMs: number }

/** A session ends after this long without a request, and after the longer one in any case. */
export const IDLE_MS = 2 * 3_600_000
export const LIFE_MS = 12 * 3_600_000

const MANY = 10
const LIMITS = { many: MANY, forMs: 15 * 60_000 }
/** After many wrong passwords, one sender's next ones are looked at so far apart, and kept waiting so long at most. */
const APART_MS = 2_000
const FARTHEST_MS = 20_000
const BUSY_MS = 5_000
/** Names share a sender's turns in so many parts, so that guesses at one name hold up few others behind the same proxy. */
const PARTS = 16

/**
 * Guesses lock nobody out. A browser that has logged in before has a count of its own and goes first. Anybody else, once there were
 * ten wrong passwords at the account, from the network, or both, waits for a turn; turns belong to a network and a name, so that
 * those of others are not used up.
 */
export async function logIn(deps: SessionDeps, input: LogInInput): Promise<LogInOutcome> {
  const attempts = deps.store.attempts(LIMITS)
  const network = networkOf(input.address)
  const sender = await identify(deps, attempts, input, network)
  if (sender.waitMs < 0) {
    await sender.takeBack()
    return { kind: 'wait', retryAfterMs: -sender.waitMs }
  }
  if (sender.waitMs > 0) await sleep(sender.waitMs)
  const user = deps.dashboardUsers.find((known) => known.name === input.name)
  const from = [...widerNetworksOf(input.address), `${network} ${partOf(input.name)}`]
  const turn = { from, isKnown: sender.isKnown }
  const isRight = await deps.passwords.verify(input.password, user?.passwordHash, turn)
  if (isRight === undefined) {
    await sender.takeBack()
    return { kind: 'wait', retryAfterMs: BUSY_MS }
  }
  if (!isRight || !user) return { kind: 'refused' }
  await sender.takeBack()
  await Promise.all([attempts.clear('account', input.name), attempts.clear('pair', `${network} ${input.name}`)])
  return enter(deps, user, input.endOthers === true)
}

interface Sender {
  isKnown: boolean
  /** Until its password is looked at (ms); below zero: not now. */
  waitMs: number
  takeBack(): Promise<unknown>
}

async function identify(deps: SessionDeps, attempts: Attempts, input: LogInInput, network: string): Promise<Sender> {
  const device = readDevice(deps, input.device, input.name)
  if (device !== undefined && (await attempts.begin('device', device)) <= MANY) {
    return { isKnown: true, waitMs: 0, takeBack: () => attempts.takeBack('device', device) }
  }
  const counts = [
    ['account', input.name],
    ['address', network],
    ['pair', `${network} ${input.name}`],
  ] as const
  const made = await Promise.all(counts.map(([kind, who]) => attempts.begin(kind, who)))
  const takeBack = () => Promise.all(counts.map(([kind, who]) => attempts.takeBack(kind, who)))
  const areMany = made.some((count) => count > MANY)
  const waitMs = areMany ? await attempts.takeSlot(`${network} ${input.name}`, APART_MS, FARTHEST_MS) : 0
  return { isKnown: false, waitMs, takeBack }
}

async function enter(deps: SessionDeps, user: DashboardUser, endOthers: boolean): Promise<LogInOutcome> {
  const sessions = deps.store.sessions
  const createdAt = deps.clock.now()
  if (endOthers) await sessions.endBefore(user.name, createdAt, LIFE_MS)
  const session = { v: 1 as const, user: user.name, fingerprint: fingerprintOf(user), createdAt }
  return { kind: 'in', user, token: await sessions.create(session, IDLE_MS), device: makeDevice(deps, user.name) }
}

const partOf = (name: string) => (hash('sha256', name, 'buffer')[0] ?? 0) % PARTS

export function fingerprintOf(user: DashboardUser): string {
  return hash('sha256', user.passwordHash, 'base64url').slice(0, 16)
}
