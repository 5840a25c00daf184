import type { Gate } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import type { Budget, Store } from '../../store/index.ts'

/**
 * What callers of the API may have App Store Connect asked for: a share of a team key's hour, so that the rest is the workers'
 * whatever is asked for. Of this share, all tokens that are bound to rosters together have half, and one of them a fifth.
 */
export interface CallerQuota {
  /** What calls made while a caller waits must pass. `bound`: the id of a token bound to rosters; null: anybody else. */
  gateOf(teamKey: string, bound: string | null): Gate
  /** For calls that a worker will make because a caller asked for them. Throws rate_limited. */
  charge(teamKey: string, bound: string | null, calls: number): Promise<void>
}

const ALL_BOUND = 1 / 2
const ONE_BOUND = 1 / 5
/** Whatever Apple's limit is, a roster can be made: it takes a handful of calls. */
const AT_LEAST = 10

export interface CallerQuotaDeps {
  store: Pick<Store, 'countRequests'>
  clock: Clock
  budgetOf: (teamKey: string) => Budget
  /** Of the hour, 0..1. */
  share: number
  windowMs: number
}

/** Keeps callers of the API from using up a team key's hour: the calls made on their behalf have a share of it. */
export function createCallerQuota(deps: CallerQuotaDeps): CallerQuota {
  const { windowMs } = deps
  const charge: CallerQuota['charge'] = async (teamKey, bound, calls) => {
    const { limit } = await deps.budgetOf(teamKey).read()
    const part = (of: number) => ({ windowMs, limit: Math.max(AT_LEAST, Math.floor(limit * deps.share * of)) })
    const ofBound = (id: string) => [
      { kind: 'apple-bound', ref: 'all', ...part(ALL_BOUND) },
      { kind: 'apple-bound', ref: `token:${id}`, ...part(ONE_BOUND) },
    ]
    const counts = [{ kind: 'apple', ref: 'all', ...part(1) }, ...(bound === null ? [] : ofBound(bound))]
    const waitMs = await deps.store.countRequests({ teamKey, counts, cost: calls })
    if (waitMs === 0) return
    throw new AppError('rate_limited', {
      message:
        "What may be asked of App Store Connect through the API is used up for now; the rest of Apple's quota is the workers'.",
      retryAfterMs: waitMs,
    })
  }
  return {
    charge,
    /**
     * Apple's header is left to the worker: it knows how many calls of ours are under way, so it alone can tell those of others.
     * The share that workers leave to others may be used: a person waits.
     */
    gateOf: (teamKey, bound) => ({
      async admit() {
        await charge(teamKey, bound, 1)
        const { granted, nextAt, now } = await deps.budgetOf(teamKey).reserve(1, 0)
        if (granted === 0) throw new AppError('budget_exhausted', { retryAfterMs: Math.max(0, nextAt - now) })
      },
      note: () => {},
    }),
  }
}
