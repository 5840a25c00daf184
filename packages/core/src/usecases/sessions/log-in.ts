import { hash } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { DashboardUser } from '../../domain/dashboard-user.ts'
import type { PasswordCheck } from '../../secrets/index.ts'
import { createAttempts, createSessions, type Store } from '../../store/index.ts'
import { networkOf } from './network.ts'

export interface SessionDeps {
  store: Pick<Store, 'redis'>
  clock: Clock
  passwords: PasswordCheck
  dashboardUsers: readonly DashboardUser[]
}

export type LogInOutcome =
  | { kind: 'in'; token: string; user: DashboardUser }
  | { kind: 'refused' }
  | { kind: 'locked'; retryAfterMs: number }
  | { kind: 'busy' }

/** A session ends after this long without a request, and after the longer one in any case. */
export const IDLE_MS = 2 * 3_600_000
export const LIFE_MS = 12 * 3_600_000

const LIMITS = { limit: 10, lockMs: 15 * 60_000 }

/** Ten wrong passwords lock the account, and the address they came from; while locked, no password is looked at. */
export async function logIn(
  deps: SessionDeps,
  input: { name: string; password: string; address: string },
): Promise<LogInOutcome> {
  const attempts = createAttempts(deps.store.redis, LIMITS)
  const address = networkOf(input.address)
  const fromAddress = await attempts.begin('address', address)
  if (fromAddress > 0) return { kind: 'locked', retryAfterMs: fromAddress }
  const toAccount = await attempts.begin('account', input.name)
  if (toAccount > 0) {
    // Held back by others' attempts: it says nothing of this address.
    await attempts.takeBack('address', address)
    return { kind: 'locked', retryAfterMs: toAccount }
  }
  const user = deps.dashboardUsers.find((known) => known.name === input.name)
  const isRight = await deps.passwords.verify(input.password, user?.passwordHash)
  if (isRight === undefined) {
    await Promise.all([attempts.takeBack('address', address), attempts.takeBack('account', input.name)])
    return { kind: 'busy' }
  }
  if (!isRight || !user) return { kind: 'refused' }
  await Promise.all([attempts.takeBack('address', address), attempts.clear('account', input.name)])
  const session = { v: 1 as const, user: user.name, fingerprint: fingerprintOf(user), createdAt: deps.clock.now() }
  return { kind: 'in', user, token: await createSessions(deps.store.redis).create(session, IDLE_MS) }
}

export function fingerprintOf(user: DashboardUser): string {
  return hash('sha256', user.passwordHash, 'base64url').slice(0, 16)
}
