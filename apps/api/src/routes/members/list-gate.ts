import { AppError } from '@flightroster/core/errors'
import type { Readable } from 'node:stream'
import { boundId, type Caller } from '../../plugins/auth.ts'

/** Whole lists under way in this process. */
export interface ListGate {
  /** The list's turn, to be ended. Throws rate_limited where there is none to be had. */
  enter(list: EnteringList): Promise<ListTurn>
}

export interface EnteringList {
  roster: string
  /** Of the roster: whose list it is, whoever sends it. */
  teamKey: string
  caller: Caller | null
  /** Aborted where nobody waits for the turn any more. */
  signal?: AbortSignal
}

export interface ListTurn {
  /** The body as it comes in. Throws rate_limited once a list of others has this turn, for this one came too slowly. */
  chunks(body: Readable): AsyncGenerator<Buffer, void>
  end(): void
}

interface Turn {
  roster: string
  teamKey: string
  /** The token, where it is bound to rosters. */
  bound: string | null
  bytes: number
  /** Spent in waiting for the sender, and since when it is waited for right now. */
  waitedMs: number
  waitsSince: number | null
  /** Why its turn is another's by now. */
  lost: AppError | null
  /** Ends the waiting for the sender. */
  wake: () => void
}

interface Waiter {
  list: EnteringList
  until: number
  resolve: (turn: ListTurn) => void
  reject: (error: AppError) => void
}

/** A list of 100,000 rows is some tens of megabytes while it is read and planned. */
const AT_ONCE = 2
const RETRY_AFTER_MS = 3_000
/** So long a list of another team key waits for its turn: longer than one list takes. And so often it looks for one that is held up. */
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 250
/** So long the next turn is kept for a team key that has waited in vain: it was told when to come again. */
const OWED_MS = 3 * RETRY_AFTER_MS
/** Of as many team keys. */
const WAITING = 100
/** So long a sender may be waited for while lists of others wait, and longer by a second for each megabyte that came. */
const GRACE_MS = 2_000
const BYTES_PER_MS = 1_024

/**
 * One list at a time for each roster, and two for the process; a token that is bound to rosters has one of these at most.
 *
 * | a list comes, and | then |
 * | --- | --- |
 * | its roster, or its bound token, has one under way | 429 |
 * | there is a turn | it begins |
 * | there is none, and its team key has one or waits already | 429 |
 * | there is none, and its team key has none | it waits: the next turn is its own, after those who waited before |
 * | there is one, and another team key is owed it | it waits, or 429, as if there were none |
 *
 * A team key is owed a turn for some seconds where its list has waited in vain, until its next list begins: those who send lists
 * without pause do not take the turn while it is away.
 *
 * While somebody waits, a list whose sender is slower than a megabyte a second gives its turn away: whoever sends slowly, by however
 * many tokens, holds up others for some seconds. While nobody waits, a list may come as slowly as any request.
 */
export function createListGate(now: () => number = () => performance.now()): ListGate {
  const turns = new Set<Turn>()
  const waiting: Waiter[] = []
  /** Until when, by team key. */
  const owed = new Map<string, number>()
  let looking: NodeJS.Timeout | undefined

  const begin = ({ roster, teamKey, caller }: EnteringList): ListTurn => {
    const turn: Turn = {
      roster,
      teamKey,
      bound: boundId(caller),
      bytes: 0,
      waitedMs: 0,
      waitsSince: null,
      lost: null,
      wake: () => {},
    }
    turns.add(turn)
    owed.delete(teamKey)
    return {
      async *chunks(body) {
        const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, void>
        try {
          for (;;) {
            turn.waitsSince = now()
            const next = await new Promise<IteratorResult<Buffer, void>>((resolve, reject) => {
              turn.wake = () => reject(turn.lost)
              chunks.next().then(resolve, reject)
            })
            if (turn.lost) throw turn.lost
            turn.waitedMs += now() - turn.waitsSince
            turn.waitsSince = null
            if (next.done) break
            turn.bytes += next.value.length
            yield next.value
          }
        } finally {
          // So that the rest can be read and thrown away: the iterator does this itself, but not while it waits.
          if (turn.lost) body.removeAllListeners('readable')
          else await chunks.return?.()
        }
        // From here on it is worked at, however long it took to come.
        turn.waitedMs = 0
      },
      end: () => leave(turn),
    }
  }
  const leave = (turn: Turn) => {
    if (turns.delete(turn)) callNext()
  }
  const mayBegin = ({ teamKey }: EnteringList) => {
    for (const [key, until] of owed) if (now() > until) owed.delete(key)
    const others = owed.size - (owed.has(teamKey) ? 1 : 0)
    return turns.size < AT_ONCE && (owed.has(teamKey) || others < AT_ONCE - turns.size)
  }
  const callNext = () => {
    const at = waiting.findIndex(({ list }) => mayBegin(list))
    const [next] = at < 0 ? [] : waiting.splice(at, 1)
    next?.resolve(begin(next.list))
    if (waiting.length > 0) return
    clearInterval(looking)
    looking = undefined
  }
  const isBehind = ({ waitsSince, waitedMs, bytes }: Turn) =>
    waitedMs + (waitsSince === null ? 0 : now() - waitsSince) > GRACE_MS + bytes / BYTES_PER_MS
  const look = () => {
    const late = waiting.find(({ until }) => now() > until)
    if (late) {
      owed.set(late.list.teamKey, now() + OWED_MS)
      refuse(late)
    }
    callNext()
    const slow = [...turns].find(isBehind)
    if (!slow || waiting.length === 0) return
    slow.lost = busy('The list came too slowly while others waited.')
    slow.wake()
    leave(slow)
  }
  const refuse = (waiter: Waiter | undefined) => {
    const at = waiter ? waiting.indexOf(waiter) : -1
    if (at < 0) return
    waiting.splice(at, 1)
    waiter?.reject(busy('Other lists are under way.'))
    callNext()
  }
  return {
    async enter(list) {
      const bound = boundId(list.caller)
      const others = [...turns, ...waiting.map((waiter) => ({ ...waiter.list, bound: boundId(waiter.list.caller) }))]
      if (others.some(({ roster }) => roster === list.roster))
        throw busy(`Another list of roster "${list.roster}" is under way.`)
      if (bound !== null && others.some((other) => other.bound === bound))
        throw busy('Another list of this token is under way.')
      if (mayBegin(list)) return begin(list)
      if (others.some(({ teamKey }) => teamKey === list.teamKey) || waiting.length >= WAITING || list.signal?.aborted)
        throw busy('Other lists are under way.')
      return new Promise((resolve, reject) => {
        const waiter = { list, until: now() + PATIENCE_MS, resolve, reject }
        waiting.push(waiter)
        looking ??= setInterval(look, LOOK_EVERY_MS).unref()
        list.signal?.addEventListener('abort', () => refuse(waiter), { once: true })
      })
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
