import type { Webhook } from '../../domain/webhook.ts'
import type { Sealer } from '../../secrets/index.ts'

/** Names the record, so that a sealed secret copied onto another webhook does not open. */
export function webhookContext(id: string): string {
  return `webhook:${id}`
}

/** Every secret that signs at `now`, the newest first. */
export function openSecrets(sealer: Sealer, webhook: Webhook, now: number): string[] {
  const former = webhook.formerSecrets.filter(({ until }) => until > now).map(({ sealed }) => sealed)
  return [webhook.sealedSecret, ...former].map((sealed) => sealer.open(sealed, webhookContext(webhook.id)))
}

/** Sealed anew where a former ENCRYPTION_KEY had sealed it. */
export function resealSecret(sealer: Sealer, webhookId: string, sealed: string): string {
  if (!sealer.isStale(sealed)) return sealed
  const context = webhookContext(webhookId)
  return sealer.seal(sealer.open(sealed, context), context)
}
