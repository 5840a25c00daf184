import { randomBytes, randomUUID } from 'node:crypto'
import type { AppleSession, WebhookEventType } from '@flightroster/app-store-connect'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import { openIfOurs } from '../../secrets/index.ts'
import type { AppleWebhooks, Store } from '../../store/index.ts'
import { createFlights } from '../flights.ts'
import { getRoster } from '../get-roster.ts'
import { getTeamKey, openSession, type AppleDeps } from '../team-keys/index.ts'
import { deleteAtApple, isLeaving, listUnnoted, pathOf, takeBack } from './take-back.ts'

export interface AppleWebhookDeps extends AppleDeps {
  store: Store
  clock: Clock
  /** The API's address as Apple sees it. */
  publicUrl: string | undefined
}

/** What speaks of builds; none of Apple's webhooks speaks of testers or groups. */
const EVENT_TYPES: WebhookEventType[] = ['BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED', 'BUILD_UPLOAD_STATE_UPDATED']
const SECRET_BYTES = 32

interface Registered {
  created: boolean
  webhook: AppleWebhook
}

const registrations = createFlights<Registered>()

export const webhookSealContext = (registrationId: string) => `apple-webhook:${registrationId}`

/**
 * Has Apple post what becomes of builds of the roster's app. One registration serves all rosters of the app; one that Apple has
 * lost, or that leads elsewhere, is made anew. Asked for many times at once, Apple is asked once: an app has ten webhooks at most.
 * Throws not_found, public_url_missing, and what Apple refuses with.
 */
export async function registerAppleWebhook(deps: AppleWebhookDeps, rosterId: string): Promise<Registered> {
  const roster = await getRoster(deps, rosterId)
  const { publicUrl } = deps
  if (publicUrl === undefined) throw new AppError('public_url_missing')
  const session = openSession(deps, await getTeamKey(deps, roster.teamKey, 'team_key_not_found'))
  // Before Apple is asked: its first delivery may come before its answer.
  const known = await enter(deps, session, roster)
  const work = () => register(deps, session, roster, { known, publicUrl })
  const { answer, isShared } = await registrations(deps.store, known.id, work)
  return isShared ? { ...answer, created: false } : answer
}

async function register(
  deps: AppleWebhookDeps,
  session: AppleSession,
  roster: Roster,
  { known, publicUrl }: { known: AppleWebhook; publicUrl: string },
): Promise<Registered> {
  const webhooks = deps.store.appleWebhooks
  const entered = await renewLost(deps, webhooks, session, known)
  const url = urlOf(publicUrl, entered.id)
  const kept = deps.store.lane(roster.teamKey).kept
  const place = `webhook:${entered.appleId}:${url}`
  if (entered.appleId !== null && ((await kept.find(place)) || (await isInForce(session, entered.appleId, url)))) {
    await kept.put(place, true)
    return { created: false, webhook: entered }
  }
  // Noted before: if this process dies with Apple's answer, the next one looks for what Apple made.
  await webhooks.update(entered.id, (current) => ({ ...current, isAsked: true }))
  const unnoted = await listUnnoted(session, entered)
  const appleId =
    (await takeOver(deps, session, entered, { unnoted, url })) ?? (await createAtApple(deps, session, entered, url))
  const isAsRead = (current: AppleWebhook) =>
    current.appleId === entered.appleId && current.sealedSecret === entered.sealedSecret && !isLeaving(current)
  const webhook = await webhooks.update(entered.id, (current) =>
    isAsRead(current) ? { ...current, appleId, url, isAsked: false } : current,
  )
  // Each but the one that counts would be one of the app's ten for nothing: so is ours, where another process was quicker, or took it back.
  await deleteAtApple(
    session,
    [...unnoted, appleId].filter((id) => id !== webhook?.appleId),
  )
  if (webhook && webhook.appleId !== null && !isLeaving(webhook))
    return { created: webhook.appleId === appleId, webhook }
  throw new AppError('conflict', { message: `Another request took back the webhook of "${roster.id}".` })
}

/** The first of these that Apple still has, from now on as it is entered. */
async function takeOver(
  deps: AppleWebhookDeps,
  session: AppleSession,
  entered: AppleWebhook,
  { unnoted, url }: { unnoted: string[]; url: string },
): Promise<string | undefined> {
  for (const appleId of unnoted) {
    const isThere = await session.updateWebhook(appleId, { url, secret: openSecret(deps, entered) }).then(
      () => true,
      (error: unknown) => {
        if (isAppError(error, 'apple_not_found')) return false
        throw error
      },
    )
    if (isThere) return appleId
  }
  return undefined
}

/** One whose secret a lost key sealed is taken back at Apple, and gets another secret. */
async function renewLost(
  deps: AppleWebhookDeps,
  webhooks: AppleWebhooks,
  session: AppleSession,
  known: AppleWebhook,
): Promise<AppleWebhook> {
  if (openIfOurs(deps.sealer, known.sealedSecret, webhookSealContext(known.id)) !== null) return known
  if (known.appleId !== null) await deleteAtApple(session, [known.appleId])
  const sealedSecret = sealNewSecret(deps, known.id)
  const isAsRead = (current: AppleWebhook) => current.sealedSecret === known.sealedSecret
  const renewed = await webhooks.update(known.id, (current) =>
    isAsRead(current) ? { ...current, appleId: null, sealedSecret } : current,
  )
  return renewed ?? known
}

/** The app's registration, this roster among its users. */
async function enter(deps: AppleWebhookDeps, session: AppleSession, roster: Roster): Promise<AppleWebhook> {
  const webhooks = deps.store.appleWebhooks
  const join = (current: AppleWebhook): AppleWebhook =>
    isLeaving(current) ? current : { ...current, rosters: [...new Set([...current.rosters, roster.id])] }
  for (;;) {
    const known = await webhooks.enter(newWebhook(deps, roster))
    const joined = await webhooks.update(known.id, join)
    if (joined && !isLeaving(joined)) return joined
    // Whoever takes it back is about to end, or died.
    if (joined) await takeBack({ store: deps.store, session }, joined)
  }
}

function newWebhook(deps: AppleWebhookDeps, roster: Roster): AppleWebhook {
  const id = randomUUID()
  return {
    v: 1,
    id,
    app: roster.app.id,
    appleId: null,
    url: urlOf(deps.publicUrl ?? '', id),
    sealedSecret: sealNewSecret(deps, id),
    rosters: [roster.id],
    createdAt: deps.clock.now(),
  }
}

/** Whether Apple still posts there. One that it has for another address is taken back. */
async function isInForce(session: AppleSession, appleId: string, url: string): Promise<boolean> {
  try {
    const found = await session.getWebhook(appleId)
    if (found.enabled && (found.url === null || found.url === url)) return true
    await session.deleteWebhook(appleId)
    return false
  } catch (error) {
    if (isAppError(error, 'apple_not_found')) return false
    throw error
  }
}

async function createAtApple(
  deps: AppleWebhookDeps,
  session: AppleSession,
  entered: AppleWebhook,
  url: string,
): Promise<string> {
  const wanted = { name: 'Flightroster', url, secret: openSecret(deps, entered), eventTypes: EVENT_TYPES }
  try {
    return (await session.createWebhook({ appId: entered.app, ...wanted })).id
  } catch (error) {
    if (!isAppError(error, 'apple_refused')) throw error
    const said =
      typeof error.details['appleDetail'] === 'string' ? ` Apple's words: ${error.details['appleDetail']}` : ''
    const message = `App Store Connect would not register the webhook; an app has at most ten of them.${said}`
    throw new AppError('apple_refused', { message, details: error.details, cause: error })
  }
}

function openSecret(deps: AppleWebhookDeps, { id, sealedSecret }: AppleWebhook): string {
  return deps.sealer.open(sealedSecret, webhookSealContext(id))
}

function urlOf(publicUrl: string, registrationId: string): string {
  return `${publicUrl}${pathOf(registrationId)}`
}

function sealNewSecret(deps: AppleWebhookDeps, id: string): string {
  return deps.sealer.seal(randomBytes(SECRET_BYTES).toString('base64url'), webhookSealContext(id))
}
