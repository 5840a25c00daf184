import { FlightrosterError, type Flightroster } from '@flightroster/client'
import { expect, it } from 'vitest'
import { applyPlan } from './apply-plan.ts'
import type { Change } from './make-plan.ts'

const roster = (id: string, teamKey: string): Change => ({
  kind: 'roster',
  id,
  action: 'create',
  fields: [],
  wanted: {
    kind: 'roster',
    id,
    fields: { teamKey },
    file: 'a.yaml',
    faultAt: () => ({ file: '', line: 1, column: 1, detail: '' }),
  },
})
const deletion: Change = { kind: 'webhook', id: 'old', action: 'delete', fields: [] }

/** Carries out these changes against a server that refuses some rosters. */
async function apply(changes: Change[], refusals: Record<string, string>, signal = new AbortController().signal) {
  const sent: string[] = []
  const put = async ({ rosterId }: { rosterId: string }) => {
    sent.push(rosterId)
    const code = refusals[rosterId]
    if (code) throw new FlightrosterError({ code, detail: 'No.' })
  }
  const client = { putRoster: put, deleteWebhook: async () => void sent.push('deleted') } as unknown as Flightroster
  const plan = { changes, unchanged: 0, unlisted: [], drift: [] }
  const names = ({ id }: Change) => id
  const applied = await applyPlan(plan, {
    client,
    signal,
    sendSecrets: false,
    onDone: async () => {},
    onFailed: () => {},
  })
  return { sent, done: applied.done.map(names), skipped: applied.skipped.map(names) }
}

it('goes on past a refusal, and deletes nothing after one', async () => {
  const { done, skipped } = await apply([roster('a', 'k'), roster('b', 'k'), deletion], { a: 'group_in_use' })
  expect({ done, skipped }).toEqual({ done: ['b'], skipped: ['old'] })
})

it('asks a team key no more whose quota is used up, and goes on with the others', async () => {
  const changes = [roster('a', 'one'), roster('b', 'one'), roster('c', 'two')]
  const { sent, done, skipped } = await apply(changes, { a: 'rate_limited' })
  expect({ sent, done, skipped }).toEqual({ sent: ['a', 'c'], done: ['c'], skipped: ['b'] })
})

it('ends at once where everything else would fail as well, and at Ctrl-C', async () => {
  await expect(apply([roster('a', 'k'), roster('b', 'k')], { a: 'unauthenticated' })).rejects.toThrow(/unauthenticated/)
  await expect(apply([roster('a', 'k')], {}, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow(
    /interrupted/,
  )
})
