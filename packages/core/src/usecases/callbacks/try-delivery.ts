import type { TryDeps } from '../deliveries/try-deps.ts'
import {
  sendCallback,
  signCallback,
  toCallbackBody,
  type CallbackAnswer,
  type MemberDetails,
} from '../../callbacks/index.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { noticeIdOf } from '../../domain/notice.ts'
import type { Webhook } from '../../domain/webhook.ts'
import type { DeliveryClaim } from '../../store/index.ts'
import { makeMemberLink } from '../member-link/index.ts'
import { tryNotice } from '../notices/try-notice.ts'
import { conclude, drop, isOfFormer, NOT_SENT } from '../deliveries/conclude.ts'
import { stillConcerns } from '../deliveries/still-concerns.ts'
import { openSecrets } from './webhook-secrets.ts'

const LINK_DAYS = 30

/** One try of one delivery: sign, send, record what came of it, and what follows for its endpoint. */
export async function tryDelivery(deps: TryDeps, claim: DeliveryClaim): Promise<void> {
  const notice = noticeIdOf(claim.webhook)
  if (notice !== undefined) return tryNotice(deps, claim, notice)
  const webhook = await deps.store.webhooks.find(claim.webhook)
  if (!webhook || isOfFormer(claim, webhook)) {
    // Deleted while a fact was put on its way to it.
    await deps.store.deliveries(claim.webhook).destroy(claim.born)
    return
  }
  const at = deps.clock.now()
  const isStillTold = await stillConcerns(deps, webhook, claim.delivery.fact)
  const answer = isStillTold ? await attempt(deps, webhook, claim.delivery, at) : NOT_SENT
  const { delivery, ending } = isStillTold ? conclude(deps, claim.delivery, at, answer) : drop(claim.delivery, at)
  const now = deps.clock.now()
  const settled = await deps.store.deliveryLine.settle(claim, delivery, ending, now)
  if (settled.recovered) await deps.store.deliveries(webhook.id).bringForward(now)
  if (settled.disabled) {
    await deps.store.webhooks.noteChange()
    deps.log.warn({ event: 'webhook.disabled', webhook: webhook.id }, 'webhook.disabled')
  }
  deps.log.info(
    {
      event: 'callback.tried',
      webhook: webhook.id,
      delivery: delivery.id,
      type: delivery.fact.type,
      status: answer.status,
      durationMs: answer.durationMs,
      ending: settled.held ? ending.kind : 'lost',
      nextAt: ending.kind === 'again' ? ending.at : undefined,
    },
    'callback.tried',
  )
}

async function attempt(deps: TryDeps, webhook: Webhook, delivery: Delivery, at: number): Promise<CallbackAnswer> {
  let secrets: string[]
  try {
    secrets = openSecrets(deps.sealer, webhook, at)
  } catch (error) {
    deps.log.error({ err: error, webhook: webhook.id }, 'The secret of a webhook cannot be opened.')
    const answer = 'The secret cannot be opened: ENCRYPTION_KEY is another one.'
    return { status: null, answer, durationMs: 0, isAborted: false }
  }
  const body = toCallbackBody(delivery.fact, await findDetails(deps, webhook, delivery))
  const headers = signCallback({ id: delivery.id, at, body, secrets })
  const { urlGuard: guard, clock, signal, timeoutMs } = deps
  return sendCallback({ guard, clock, signal, timeoutMs }, { url: webhook.url, headers, body })
}

/** Read when it is sent, so that neither an address nor a link lies in a delivery. */
async function findDetails(deps: TryDeps, webhook: Webhook, { fact }: Delivery): Promise<MemberDetails> {
  if (!('member' in fact)) return {}
  const wantsLink =
    webhook.includeLink === true && fact.type === 'member.waiting' && fact.problem?.code === 'address_missing'
  if (!webhook.includeEmail && !wantsLink) return {}
  const roster = await deps.store.rosters.find(fact.roster)
  const member = roster && (await deps.store.members(roster.teamKey, roster.id).find(fact.member))
  const details: MemberDetails = webhook.includeEmail ? { email: member?.desired.email ?? null } : {}
  if (!wantsLink || !roster || !member || deps.publicUrl === undefined) return details
  const { url } = await makeMemberLink(deps, { roster, member: member.id, days: LINK_DAYS })
  return { ...details, link: url }
}
