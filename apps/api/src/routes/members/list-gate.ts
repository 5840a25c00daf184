import { AppError } from '@flightroster/core/errors'
import type { Caller } from '../../plugins/auth.ts'

/** Whole lists under way in this process. */
export interface ListGate {
  /** Throws rate_limited while as many are under way as may be; otherwise the list's turn, to be ended. */
  enter(roster: string, caller: Pick<Caller, 'id' | 'rosters'> | null): ListTurn
}

export interface ListTurn {
  end(): void
}

/** A list of 100,000 rows is some tens of megabytes while it is read and planned. */
const AT_ONCE = 2
const RETRY_AFTER_MS = 3_000

/**
 * One list at a time for each roster, and two for the process. A token that is bound to rosters has one of these at most:
 * nobody can keep the others' lists waiting by sending theirs slowly.
 */
export function createListGate(): ListGate {
  const turns = new Set<{ roster: string; caller: string | null }>()
  return {
    enter(roster, caller) {
      const bound = caller !== null && caller.rosters !== null ? caller.id : null
      const others = [...turns]
      if (others.some((turn) => turn.roster === roster)) throw busy(`Another list of roster "${roster}" is under way.`)
      if (bound !== null && others.some((turn) => turn.caller === bound))
        throw busy('Another list of this token is under way.')
      if (turns.size >= AT_ONCE) throw busy('Other lists are under way.')
      const turn = { roster, caller: bound }
      turns.add(turn)
      return { end: () => void turns.delete(turn) }
    },
  }
}

const busy = (message: string) =>
  new AppError('rate_limited', { message: `${message} Send this one again in a moment.`, retryAfterMs: RETRY_AFTER_MS })

export function listTooLong(most: number): AppError {
  return new AppError('list_too_long', {
    message: `A list has at most ${most.toLocaleString('en-US')} rows here (ROSTER_LIMIT).`,
  })
}
