import { FlightrosterError, type Flightroster } from '@flightroster/client'
import { FileFaults } from './faults.ts'
import { specOf } from './kinds.ts'
import type { Change, Plan } from './make-plan.ts'
import { toBody } from './read-secret.ts'

/** A change that was refused, and why. */
export interface Failure {
  change: Change
  error: FlightrosterError | FileFaults
}

/** What became of each change of a plan. */
export interface Applied {
  done: Change[]
  failed: Failure[]
  /** Left out after a failure: deletions, and what would ask the same team key whose quota is used up. */
  skipped: Change[]
}

interface Options {
  client: Flightroster
  signal: AbortSignal
  sendSecrets: boolean
  /** After each change; with what the API answered, which may hold a secret that is shown only once. */
  onDone: (change: Change, answer: unknown) => Promise<void>
  onFailed: (failure: Failure) => void
}

/** After these, every other change would fail as well. */
const FATAL = new Set(['unreachable', 'unauthenticated', 'scope_missing'])

/**
 * Change by change, in the order of the plan. Each is a PUT of the whole, so whoever is killed in the middle runs it again: the
 * plan is then what is left. One refusal stops no other change, but nothing is deleted after one.
 */
export async function applyPlan({ changes }: Plan, options: Options): Promise<Applied> {
  const applied: Applied = { done: [], failed: [], skipped: [] }
  const usedUp = new Set<unknown>()
  for (const change of changes) {
    options.signal.throwIfAborted()
    const teamKey = change.kind === 'roster' ? change.wanted?.fields['teamKey'] : undefined
    if ((change.action === 'delete' && applied.failed.length > 0) || usedUp.has(teamKey)) {
      applied.skipped.push(change)
      continue
    }
    try {
      const answer = await applyChange(change, options)
      applied.done.push(change)
      await options.onDone(change, answer)
    } catch (error) {
      if (!(error instanceof FlightrosterError || error instanceof FileFaults)) throw error
      if (error instanceof FlightrosterError && FATAL.has(error.code)) throw error
      if (teamKey !== undefined && error instanceof FlightrosterError && error.code === 'rate_limited')
        usedUp.add(teamKey)
      const failure = { change, error }
      applied.failed.push(failure)
      options.onFailed(failure)
    }
  }
  return applied
}

async function applyChange({ kind, id, action, wanted }: Change, { client, sendSecrets }: Options): Promise<unknown> {
  const spec = specOf(kind)
  if (!wanted) return spec.remove(client, id)
  return spec.put(client, id, await toBody(wanted, action === 'create', sendSecrets))
}
