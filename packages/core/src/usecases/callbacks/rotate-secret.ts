import { makeSecret } from '../../callbacks/index.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Webhook } from '../../domain/webhook.ts'
import type { Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { getWebhook, webhookNotFound } from './get-webhook.ts'
import { resealSecret, webhookContext } from './webhook-secrets.ts'

const BOTH_SIGN_FOR_MS = 86_400_000
/** Every secret adds a signature to a header, and headers have an end. */
const FORMER_KEPT = 4

/** A new secret, told this once; the former ones sign too for a day after they were replaced. Throws not_found. */
export async function rotateSecret(
  deps: { store: Store; sealer: Sealer; clock: Clock },
  id: string,
): Promise<{ webhook: Webhook; secret: string }> {
  await getWebhook(deps, id)
  const secret = makeSecret()
  const now = deps.clock.now()
  const webhook = await deps.store.webhooks.update(id, (known) => {
    const replaced = { sealed: resealSecret(deps.sealer, id, known.sealedSecret), until: now + BOTH_SIGN_FOR_MS }
    const former = [replaced, ...known.formerSecrets].filter(({ until }) => until > now).slice(0, FORMER_KEPT)
    return {
      ...known,
      sealedSecret: deps.sealer.seal(secret, webhookContext(id)),
      formerSecrets: former,
      updatedAt: now,
    }
  })
  if (!webhook) throw webhookNotFound(id)
  return { webhook, secret }
}
