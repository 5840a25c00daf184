import type { ToRef } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'

/**
 * Takes a member who is erased out of the logs of all webhooks: an id may be an address, and an answer may repeat one. What is still
 * on its way is told first. Returns how many deliveries were forgotten.
 */
export async function forgetMember(
  deps: { store: Store; toRef: ToRef },
  { roster, member }: { roster: string; member: string },
): Promise<number> {
  const webhooks = await deps.store.webhooks.list()
  const subject = deps.toRef(roster, member)
  const forgotten = await Promise.all(webhooks.map(({ id }) => deps.store.deliveries(id).forgetAbout(subject)))
  return forgotten.reduce((sum, one) => sum + one.forgotten, 0)
}
