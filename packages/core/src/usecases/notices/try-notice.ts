import { sendCallback, toMailText, toSlackBody, toTeamsBody, type CallbackAnswer } from '../../callbacks/index.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Fact } from '../../domain/fact.ts'
import {
  composeNotice,
  pickNews,
  toEndpoint,
  type Notice,
  type NoticeKind,
  type NoticeMessage,
} from '../../domain/notice.ts'
import type { DeliveryClaim, DeliveryEnding } from '../../store/index.ts'
import { conclude, isOfFormer } from '../deliveries/conclude.ts'
import { stillConcerns } from '../deliveries/still-concerns.ts'
import type { TryDeps } from '../deliveries/try-deps.ts'
import { noticeContext } from './notices.ts'

/** All that a notice is told of is about one thing to its reader, so that one message at a time is on its way. */
export const NOTICE_SUBJECT = 'notice'
/** What comes within this after a message waits, and goes together. */
const QUIET_MS = 60_000
const AT_ONCE = 1_000

/**
 * One try of a message to people. The first goes at once; what comes within a minute after it is one message. It takes along whatever
 * is on its way by then, and those find out, when their turn comes, that they were told.
 */
export async function tryNotice(deps: TryDeps, claim: DeliveryClaim, noticeId: string): Promise<void> {
  const notice = await deps.store.notices.find(noticeId)
  const deliveries = deps.store.deliveries(toEndpoint(noticeId))
  if (!notice || isOfFormer(claim, notice)) return deliveries.destroy(claim.born)
  const { delivery, ending } = await attempt(deps, notice, claim)
  const now = deps.clock.now()
  const settled = await deps.store.deliveryLine.settle(claim, delivery, ending, now)
  if (settled.recovered) await deliveries.bringForward(now)
}

type Result = { delivery: Delivery; ending: DeliveryEnding }

async function attempt(deps: TryDeps, notice: Notice, claim: DeliveryClaim): Promise<Result> {
  const { delivery } = claim
  const at = deps.clock.now()
  const memory = deps.store.noticeMemory(notice.id)
  const silently = (): Result => ({ delivery: { ...delivery, status: 'delivered' }, ending: { kind: 'delivered' } })
  const isTest = delivery.fact.type === 'webhook.test'
  let batch = [delivery]
  if (!isTest) {
    if (await memory.isCovered(delivery.id)) return silently()
    const from = await memory.quietFrom()
    if (from !== null && at < from + QUIET_MS) return { delivery, ending: { kind: 'released', at: from + QUIET_MS } }
    batch = await deps.store.deliveries(toEndpoint(notice.id)).pending(NOTICE_SUBJECT, AT_ONCE)
  }
  const ids = batch.map(({ id }) => id)
  const concern = await Promise.all(batch.map(({ fact }) => stillConcerns(deps, notice, fact)))
  const facts = batch.flatMap(({ fact }, at) => (fact.type === 'webhook.test' || !concern[at] ? [] : [fact]))
  const { news, told } = pickNews(notice.types, facts, await memory.told())
  if (!isTest && news.length === 0) {
    await memory.cover(claim, ids, told)
    return silently()
  }
  const message = composeNotice(isTest ? [delivery.fact] : news, deps.publicUrl)
  const answer = await send(deps, notice, message)
  const result = conclude(deps, delivery, at, answer)
  if (result.ending.kind === 'delivered') {
    const now = deps.clock.now()
    await memory.noteSent(claim, { at: now, quietFrom: isTest ? null : now, ids, told })
  } else if (result.ending.kind !== 'released') {
    await memory.noteError(
      claim,
      answer.status === null ? answer.answer : `${answer.status} ${answer.answer}`.slice(0, 500),
    )
  }
  deps.log.info(
    { event: 'notice.tried', notice: notice.id, facts: news.length, status: answer.status, ending: result.ending.kind },
    'notice.tried',
  )
  return result
}

/** Of the kinds that are posted to a URL. */
const TO_BODY: Record<Exclude<NoticeKind, 'email'>, (message: NoticeMessage) => string> = {
  slack: toSlackBody,
  teams: toTeamsBody,
}

async function send(deps: TryDeps, notice: Notice, message: NoticeMessage): Promise<CallbackAnswer> {
  let target: string
  try {
    target = deps.sealer.open(notice.sealedTarget, noticeContext(notice.id))
  } catch (error) {
    deps.log.error({ err: error, notice: notice.id }, 'The target of a notice cannot be opened.')
    return noAnswer('The target cannot be opened: ENCRYPTION_KEY is another one.')
  }
  if (notice.kind === 'email') {
    if (!deps.mailer) return noAnswer('Mails need SMTP_URL at the workers.')
    const mail = { to: target, subject: `Flightroster: ${message.title}`, text: toMailText(message) }
    return withoutTarget({ ...(await deps.mailer.send(mail)), isAborted: false }, [target], notice.masked)
  }
  const body = TO_BODY[notice.kind](message)
  const { urlGuard: guard, clock, signal, timeoutMs } = deps
  const answer = await sendCallback({ guard, clock, signal, timeoutMs }, { url: target, headers: {}, body })
  const { pathname, search } = new URL(target)
  return withoutTarget(answer, [target, pathname + search, pathname], notice.masked)
}

/**
 * A mail server names the address that it refuses, and a page the path that it does not know: whoever reads of the failure is not
 * told the target by it. `parts`: the longest first.
 */
function withoutTarget(answer: CallbackAnswer, parts: readonly string[], masked: string): CallbackAnswer {
  const hidden = parts.filter((part) => part.length > 1).map((part) => part.replaceAll(/[^\w\s]/g, String.raw`\$&`))
  if (hidden.length === 0) return answer
  return { ...answer, answer: answer.answer.replaceAll(new RegExp(hidden.join('|'), 'gi'), () => masked) }
}

const noAnswer = (answer: string): CallbackAnswer => ({ status: null, answer, durationMs: 0, isAborted: false })

/** A fact as a notice keeps it: it counts people, so their ids and what they sent are left out. */
export function withoutPerson(fact: Fact): Fact {
  if (!('member' in fact)) return fact
  return { ...fact, member: '', problem: fact.problem && { code: fact.problem.code, detail: '' } }
}
