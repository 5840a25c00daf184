import { hash } from 'node:crypto'
import type { TellableFact } from '../../domain/delivery.ts'
import type { ToRef } from '../../secrets/index.ts'

/** What a fact is about, opaque: receivers are told in order of it. */
export function toSubject(fact: TellableFact, toRef: ToRef): string {
  if (fact.type === 'webhook.test') return `test-${fact.webhook}`
  if ('member' in fact) return toRef(fact.roster, fact.member)
  return 'teamKey' in fact ? `key-${fact.teamKey}` : `roster-${fact.roster}`
}

/** The webhook-id: the same fact has the same one, whoever makes it, and at every webhook. */
export function toDeliveryId(fact: Exclude<TellableFact, { type: 'webhook.test' }>, toRef: ToRef): string {
  const words = [fact.type, toSubject(fact, toRef), fact.sequence, fact.at]
  return `msg_${hash('sha256', JSON.stringify(words), 'base64url').slice(0, 27)}`
}
