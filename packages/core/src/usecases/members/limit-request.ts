import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Store, LimitWindow } from '../../store/index.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const WINDOWS: Record<'converge' | 'invitation', readonly LimitWindow[]> = {
  converge: [{ windowMs: MINUTE_MS, limit: 10 }],
  invitation: [
    { windowMs: MINUTE_MS, limit: 1 },
    { windowMs: DAY_MS, limit: 10 },
  ],
}

/** What a person may ask for one member in a while. Throws rate_limited. */
export async function limitRequest(
  deps: { store: Store; toRef: ToRef },
  { roster, member, kind }: { roster: Roster; member: string; kind: keyof typeof WINDOWS },
): Promise<void> {
  const ref = deps.toRef(roster.id, member)
  const waitMs = await deps.store.countRequest({ teamKey: roster.teamKey, kind, ref, windows: WINDOWS[kind] })
  if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
}
