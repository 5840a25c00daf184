import type { DashboardUser } from '../../domain/dashboard-user.ts'
import { fingerprintOf, IDLE_MS, LIFE_MS, type SessionDeps } from './log-in.ts'

/** The user of a session that still holds; the role is the one configured now. */
export async function findSession(
  deps: Pick<SessionDeps, 'store' | 'clock' | 'dashboardUsers'>,
  token: string,
): Promise<DashboardUser | undefined> {
  const sessions = deps.store.sessions
  const session = await sessions.find(token, IDLE_MS)
  if (!session) return undefined
  const user = deps.dashboardUsers.find((known) => known.name === session.user)
  const isOver = deps.clock.now() - session.createdAt > LIFE_MS
  if (user && !isOver && session.fingerprint === fingerprintOf(user)) return user
  await sessions.end(token)
  return undefined
}

/** Ends the session of this token; one that has ended stays so. */
export async function logOut(deps: Pick<SessionDeps, 'store'>, token: string): Promise<void> {
  await deps.store.sessions.end(token)
}
