import type { CallRecord } from '@flightroster/app-store-connect'
import type { Outcome } from '../../store/index.ts'
import type { Span } from '../../tracing.ts'
import type { Visit } from '../visit/visit.ts'
import type { Ending, Turn } from './turn.ts'

/** A member's turn, as a trace shows it. */
export interface TracedTurn {
  span: Span
  /** Forgets which request asked for it, unless a newer one did meanwhile. */
  forget: () => Promise<void>
}

/** Gives each turn its span, under the request that asked for it where one is known. Nothing at all where nothing is traced. */
export async function traceTurns({ deps, teamKey }: Visit, turns: Turn[]): Promise<void> {
  const { start } = deps.tracing
  if (start === null) return
  const { traces } = deps.store.lane(teamKey)
  const members = turns.map(({ roster, member }) => ({ roster: roster.id, member }))
  const parents = await traces.read(members).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'Traces could not be read; these turns begin their own.')
    return []
  })
  turns.forEach((turn, at) => {
    const parent = parents[at] ?? undefined
    const { roster, member, job } = turn
    turn.trace = {
      span: start('converge', {
        kind: 'consumer',
        parent,
        attributes: {
          'flightroster.roster': roster.id,
          'flightroster.ref': job.ref,
          'flightroster.attempt': job.attemptsMade + 1,
        },
      }),
      // A trace that is not forgotten is at worst carried on too long; it must never disturb a turn.
      forget: async () => {
        if (parent !== undefined) await traces.forget({ roster: roster.id, member }, parent).catch(() => {})
      },
    }
  })
}

/** A call for many hangs on the first of them, and is linked to the others. */
export function traceCall(turns: Turn[], record: CallRecord): void {
  const [first, ...others] = turns.flatMap(({ trace }) => (trace ? [trace.span] : []))
  if (!first) return
  const { method, path, status, appleCode, code, at, durationMs } = record
  const span = first.child(`${method} ${path}`, {
    kind: 'client',
    links: others,
    startedAt: at,
    attributes: {
      'http.request.method': method,
      'url.template': path,
      'flightroster.members': turns.length,
    },
  })
  span.set({ 'http.response.status_code': status ?? undefined, 'flightroster.apple_code': appleCode ?? undefined })
  if (code !== null || status === null) span.fail(code ?? 'aborted')
  span.end(at + durationMs)
}

/** Says how a turn ended; one with nothing left to do needs no trace any more. */
export async function traceEnding({ trace }: Turn, ending: Ending, outcome: Outcome | null): Promise<void> {
  if (!trace) return
  trace.span.set({ 'flightroster.ending': ending.kind, 'flightroster.status': outcome?.status })
  if (ending.kind === 'retry') trace.span.fail(ending.error.code)
  const isOver = ending.kind === 'done' || outcome?.ending === 'failed'
  if (isOver) await trace.forget()
}

/** Also those that a fault cut short. */
export function endTurns(turns: Turn[]): void {
  for (const { trace } of turns) trace?.span.end()
}
