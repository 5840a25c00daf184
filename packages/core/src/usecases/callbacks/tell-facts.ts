import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { Fact } from '../../domain/fact.ts'
import { toEndpoint, wantsNotice, type Notice } from '../../domain/notice.ts'
import { wantsFact, type Webhook } from '../../domain/webhook.ts'
import type { Log } from '../../log.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { NOTICE_SUBJECT, withoutPerson } from '../notices/try-notice.ts'
import { toDeliveryId, toSubject } from './identify-fact.ts'
import { makeDelivery } from '../deliveries/make-delivery.ts'
import type { WebhookDirectory } from './webhook-directory.ts'

export interface TellDeps {
  store: Store
  clock: Clock
  toRef: ToRef
  directory: WebhookDirectory
  log: Log
}

const AT_ONCE = 500
/** Then others are due; what is left is found again. */
const ROUNDS = 20

/**
 * Puts a team key's facts on their way to the webhooks that ask for them: deliveries first, then the facts are dropped. A death in
 * between makes the same deliveries again, under the same ids, which has no effect. Returns how many deliveries were made.
 */
export async function tellFacts(deps: TellDeps, teamKey: string): Promise<number> {
  const facts = deps.store.lane(teamKey).facts
  const token = randomUUID()
  let made = 0
  let untold = await facts.begin(token, AT_ONCE)
  try {
    for (let round = 0; round < ROUNDS && untold.length > 0; round++) {
      made += await addDeliveries(deps, teamKey, untold)
      untold = await facts.told(token, untold, AT_ONCE)
    }
  } finally {
    if (untold.length > 0) await facts.end(token)
  }
  return made
}

async function addDeliveries(deps: TellDeps, teamKey: string, facts: Fact[]): Promise<number> {
  const { webhooks, notices, mostWaiting } = await deps.directory.active()
  if (webhooks.length + notices.length === 0) return 0
  const rosters = new Set(await deps.store.rostersOf(teamKey))
  const made = await Promise.all([
    ...webhooks.map((webhook) => addTo(deps, webhook, facts, rosters, mostWaiting.get(webhook.id))),
    ...notices.map((notice) => addToNotice(deps, notice, facts, rosters, mostWaiting.get(toEndpoint(notice.id)))),
  ])
  return made.reduce((sum, count) => sum + count, 0)
}

/** A webhook for which too many wait is disabled, as one is that has not answered for days. */
async function addTo(
  deps: TellDeps,
  webhook: Webhook,
  facts: Fact[],
  rosters: ReadonlySet<string>,
  most: number | undefined,
): Promise<number> {
  const { store, clock, toRef } = deps
  const now = clock.now()
  const wanted = facts.filter((fact) => wantsFact(webhook, fact, rosters))
  if (wanted.length === 0) return 0
  const deliveries = wanted.map((fact) => makeDelivery(toDeliveryId(fact, toRef), fact, toSubject(fact, toRef), now))
  const kept = store.deliveries(webhook.id)
  const added = await addNoted(deps, webhook.id, () => kept.add(deliveries, now, webhook.createdAt, most))
  if (added === 'full' && (await kept.disable(now))) {
    await store.webhooks.noteChange()
    deps.log.warn({ event: 'webhook.disabled', webhook: webhook.id, waiting: most }, 'webhook.disabled')
  }
  return deliveries.length
}

/** What is too much for a notice is not told there: people who read none of what waits read no more of it. */
async function addToNotice(
  deps: TellDeps,
  notice: Notice,
  facts: Fact[],
  rosters: ReadonlySet<string>,
  most: number | undefined,
): Promise<number> {
  const { store, clock, toRef } = deps
  const now = clock.now()
  const wanted = facts.filter((fact) => wantsNotice(notice, fact, rosters))
  if (wanted.length === 0) return 0
  const made = wanted.map((fact) => makeDelivery(toDeliveryId(fact, toRef), withoutPerson(fact), NOTICE_SUBJECT, now))
  const id = toEndpoint(notice.id)
  const added = await addNoted(deps, id, () => store.deliveries(id).add(made, now, notice.createdAt, most))
  if (added === 'full') deps.log.warn({ event: 'notice.full', notice: notice.id, waiting: most }, 'notice.full')
  return typeof added === 'number' ? added : 0
}

/**
 * Notes that there is something to send, and once more behind it, since whoever looked in between found nothing. What is of an endpoint
 * that was deleted meanwhile is taken away by whoever looks: a death right behind the deliveries must not leave them without a note.
 */
async function addNoted<T>({ store, clock }: TellDeps, id: string, add: () => Promise<T>): Promise<T> {
  await store.deliveryLine.note(id, clock.now())
  const added = await add()
  await store.deliveryLine.note(id, clock.now())
  return added
}
