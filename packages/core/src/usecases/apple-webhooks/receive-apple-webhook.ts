import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import { openIfOurs, type Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { buildsAgainTask, buildsTask } from '../schedule/plan-roster-tasks.ts'
import { isSignedBy } from './is-signed-by.ts'
import { webhookSealContext } from './register-apple-webhook.ts'

export interface ReceiveDeps {
  store: Store
  clock: Clock
  sealer: Sealer
}

/** As it came from outside. */
export interface AppleDelivery {
  registration: string
  signature: string | undefined
  body: Buffer
}

/** Only what is used: what became of a build is read from Apple, never believed from here. */
const deliverySchema = z.object({ data: z.object({ type: z.string(), id: z.string().min(1) }) })
const PING = 'webhookPingCreated'
/** Reads lag by up to a minute: what the first look did not show yet, the second one does. */
const AGAIN_MS = 30_000

/**
 * A delivery of Apple's webhooks: has the app's builds looked at now, once per delivery. Replayed, stale or made up by somebody
 * who holds the secret, it costs a look and changes nothing. Throws not_found, signature_invalid, request_invalid.
 */
export async function receiveAppleWebhook(
  deps: ReceiveDeps,
  { registration, signature, body }: AppleDelivery,
): Promise<'ping' | 'repeat' | 'taken'> {
  const webhooks = deps.store.appleWebhooks
  const webhook = await webhooks.find(registration)
  if (!webhook) throw new AppError('not_found', { message: 'There is no such registration.' })
  const secret = openIfOurs(deps.sealer, webhook.sealedSecret, webhookSealContext(webhook.id))
  // Apple tries again: by then the registration may have been put again.
  if (secret === null) throw new AppError('secret_unreadable')
  if (!isSignedBy(secret, body, signature)) throw new AppError('signature_invalid')
  const { type, id } = parseDelivery(body)
  if (type === PING) return 'ping'
  const digest = createHash('sha256').update(`${webhook.id}\0${id}`).digest('base64url')
  if (await webhooks.wasTaken(digest)) return 'repeat'
  await lookNow(deps, webhook)
  // Last: a death in between means one look more.
  await webhooks.noteTaken(digest)
  return 'taken'
}

function parseDelivery(body: Buffer): { type: string; id: string } {
  try {
    return deliverySchema.parse(JSON.parse(body.toString('utf8'))).data
  } catch (cause) {
    throw new AppError('request_invalid', { message: "The body is not one of Apple's webhooks.", cause })
  }
}

/** In every lane that has a roster of the app. */
async function lookNow({ store, clock }: ReceiveDeps, { app, rosters }: AppleWebhook): Promise<void> {
  const found = await store.rosters.findMany(rosters)
  const lanes = new Set([...found.values()].filter((roster) => roster.app.id === app).map(({ teamKey }) => teamKey))
  const now = clock.now()
  for (const lane of lanes) {
    const schedule = store.lane(lane).schedule
    await schedule.plan(buildsTask(app), now)
    await schedule.replan(buildsAgainTask(app), now + AGAIN_MS)
    await store.ready.ring(lane)
  }
}
