import type { TellableFact } from '../../domain/delivery.ts'
import { wantsFact, type Webhook } from '../../domain/webhook.ts'
import type { Store } from '../../store/index.ts'

/**
 * Whether a webhook or a notice is for the rosters that a fact is about. It was when the fact was put on its way; since then it may have
 * been handed to somebody who sees fewer, and may have another address.
 */
export async function stillConcerns(
  { store }: { store: Pick<Store, 'rostersOf'> },
  { rosters }: Pick<Webhook, 'rosters'>,
  fact: TellableFact,
): Promise<boolean> {
  if (rosters === null || fact.type === 'webhook.test') return true
  const rostersOfKey = new Set('teamKey' in fact ? await store.rostersOf(fact.teamKey) : [])
  return wantsFact({ types: ['*'], rosters }, fact, rostersOfKey)
}
