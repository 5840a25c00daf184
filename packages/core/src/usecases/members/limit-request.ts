import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Store, LimitWindow } from '../../store/index.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** What a person may ask for one member in a while. */
export const REQUEST_LIMITS: Record<'converge' | 'invitation', readonly LimitWindow[]> = {
  converge: [{ windowMs: MINUTE_MS, limit: 10 }],
  invitation: [
    { windowMs: MINUTE_MS, limit: 1 },
    { windowMs: DAY_MS, limit: 10 },
  ],
}

/** For what is recorded as an event, and asked for like one of these. Throws rate_limited. */
export async function limitRequest(
  deps: { store: Store; toRef: ToRef },
  { roster, member, kind }: { roster: Roster; member: string; kind: keyof typeof REQUEST_LIMITS },
): Promise<void> {
  const ref = deps.toRef(roster.id, member)
  const waitMs = await deps.store.countRequest({ teamKey: roster.teamKey, kind, ref, windows: REQUEST_LIMITS[kind] })
  if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
}
