import type { Webhook } from '../../domain/webhook.ts'
import { openIfOurs, type Sealer } from '../../secrets/index.ts'

/** Names the record, so that a sealed secret copied onto another webhook does not open. */
export function webhookContext(id: string): string {
  return `webhook:${id}`
}

/** Every secret that signs at `now`, the newest first. */
export function openSecrets(sealer: Sealer, webhook: Webhook, now: number): string[] {
  const former = webhook.formerSecrets.filter(({ until }) => until > now).map(({ sealed }) => sealed)
  const context = webhookContext(webhook.id)
  // A former one that a lost key sealed signs nothing; without the newest nothing is signed.
  return [
    sealer.open(webhook.sealedSecret, context),
    ...former.flatMap((one) => openIfOurs(sealer, one, context) ?? []),
  ]
}

/** Sealed anew where a former ENCRYPTION_KEY had sealed it; as it is where none of ours did. */
export function resealSecret(sealer: Sealer, webhookId: string, sealed: string): string {
  if (!sealer.isStale(sealed) || !sealer.isOurs(sealed)) return sealed
  const context = webhookContext(webhookId)
  return sealer.seal(sealer.open(sealed, context), context)
}
