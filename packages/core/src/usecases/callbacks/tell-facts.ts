import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { Fact } from '../../domain/fact.ts'
import { wantsFact, type Webhook } from '../../domain/webhook.ts'
import type { ToRef } from '../../secrets/index.ts'
import { createDeliveries, createDeliveryLine, createFacts, type Store } from '../../store/index.ts'
import { toDeliveryId, toSubject } from './identify-fact.ts'
import { makeDelivery } from './make-delivery.ts'
import type { WebhookDirectory } from './webhook-directory.ts'

export interface TellDeps {
  store: Store
  clock: Clock
  toRef: ToRef
  directory: WebhookDirectory
}

const AT_ONCE = 500
/** Then others are due; what is left is found again. */
const ROUNDS = 20

/**
 * Puts a team key's facts on their way to the webhooks that ask for them: deliveries first, then the facts are dropped. A death in
 * between makes the same deliveries again, under the same ids, which has no effect. Returns how many facts were dealt with.
 */
export async function tellFacts(deps: TellDeps, teamKey: string): Promise<number> {
  const facts = createFacts(deps.store.redis, teamKey)
  const token = randomUUID()
  let told = 0
  // Most visits end without a fact.
  if ((await facts.peek(1)).length === 0 || !(await facts.begin(token))) return 0
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const untold = await facts.peek(AT_ONCE)
      if (untold.length === 0) break
      await addDeliveries(deps, teamKey, untold)
      await facts.drop(untold)
      told += untold.length
    }
  } finally {
    await facts.end(token)
  }
  return told
}

async function addDeliveries(deps: TellDeps, teamKey: string, facts: Fact[]): Promise<void> {
  const webhooks = await deps.directory.active()
  if (webhooks.length === 0) return
  const rosters = new Set(await deps.store.rostersOf(teamKey))
  await Promise.all(webhooks.map((webhook) => addTo(deps, webhook, facts, rosters)))
}

async function addTo(deps: TellDeps, webhook: Webhook, facts: Fact[], rosters: ReadonlySet<string>): Promise<void> {
  const { store, clock, toRef } = deps
  const now = clock.now()
  const wanted = facts.filter((fact) => wantsFact(webhook, fact, rosters))
  if (wanted.length === 0) return
  const deliveries = wanted.map((fact) => makeDelivery(toDeliveryId(fact, toRef), fact, toSubject(fact, toRef), now))
  await createDeliveries(store.redis, webhook.id).add(deliveries, now)
  await createDeliveryLine(store.redis).note(webhook.id, now)
}
