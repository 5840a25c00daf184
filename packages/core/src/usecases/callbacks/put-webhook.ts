import { judgeUrl } from '../deliveries/judge-url.ts'
import { makeSecret, type UrlGuard } from '../../callbacks/index.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { AppError } from '../../errors.ts'
import { openIfOurs, type Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { resealSecret, webhookContext } from './webhook-secrets.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { insertWithin, type OwnShare } from '../own-share.ts'
import { idTaken } from '../id-taken.ts'

/** A webhook as a request gives it; `rosters` null: all of them. */
export interface WebhookInput {
  id: string
  url: string
  types: string[]
  rosters: string[] | null
  includeEmail: boolean
  includeLink?: boolean
}

export interface PutWebhookDeps {
  store: Store
  sealer: Sealer
  clock: Clock
  urlGuard: UrlGuard
}

/**
 * Makes a webhook, with its secret (told this once), or changes one: the secret stays, a disabled one is active again and what
 * is pending goes out at once. One that is not the caller's is as good as none. `secretBytes`: what the secret is made of, where one
 * request may come twice; one that has this secret was made by it, and is told as if it were new. Throws url_not_allowed, not_found,
 * limit_reached.
 */
export async function putWebhook(
  deps: PutWebhookDeps,
  input: WebhookInput & {
    isOwn?: (known: Webhook) => boolean
    share?: OwnShare<Webhook> | undefined
    assertSeen?: AssertSeen<Webhook>
    secretBytes?: Buffer
  },
): Promise<{ webhook: Webhook; secret: string | null }> {
  const webhooks = deps.store.webhooks
  const { isOwn = () => true } = input
  const known = await webhooks.find(input.id)
  if (known && !isOwn(known)) throw idTaken(input.id)
  await judgeUrl(deps.urlGuard, input.url)
  const now = deps.clock.now()
  const settings = {
    url: input.url,
    types: [...new Set(input.types)],
    rosters: input.rosters && [...new Set(input.rosters)],
    includeEmail: input.includeEmail,
    includeLink: input.includeLink ?? false,
    updatedAt: now,
  }
  const secret = makeSecret(input.secretBytes)
  const record: Webhook = {
    v: 1,
    id: input.id,
    ...settings,
    sealedSecret: deps.sealer.seal(secret, webhookContext(input.id)),
    formerSecrets: [],
    createdAt: now,
  }
  if (await insertWithin(webhooks, record, input.share)) {
    // What was on its way to a former one, whose deletion came to no end, is none of this one's.
    await deps.store.deliveries(input.id).begin(now)
    return { webhook: record, secret }
  }
  const made = input.secretBytes && (await webhooks.find(input.id))
  if (made && openIfOurs(deps.sealer, made.sealedSecret, webhookContext(made.id)) === secret)
    return { webhook: made, secret }
  const changed = await webhooks.update(input.id, (current) => {
    if (!isOwn(current)) throw idTaken(input.id)
    input.assertSeen?.(current)
    return { ...current, ...settings, sealedSecret: resealSecret(deps.sealer, input.id, current.sealedSecret) }
  })
  if (!changed) throw new AppError('conflict')
  await deps.store.deliveries(input.id).enable(now)
  await webhooks.noteChange()
  await deps.store.deliveryLine.note(input.id, now)
  return { webhook: changed, secret: null }
}
