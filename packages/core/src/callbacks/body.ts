import type { TellableFact } from '../domain/delivery.ts'
import { ERROR_RULES, type ErrorCode } from '../errors.ts'

/** What a receiver asked to be told of a member beside the fact. */
export interface MemberDetails {
  /** null: none is known. */
  email?: string | null
  /** To the member's own page. */
  link?: string
}

/** The body of a callback, as JSON: `type`, `timestamp` (RFC 3339) and `data`, in the shapes of docs/callbacks.md. */
export function toCallbackBody(fact: TellableFact, more: MemberDetails = {}): string {
  return JSON.stringify({ type: fact.type, timestamp: new Date(fact.at).toISOString(), data: toData(fact, more) })
}

function toData(fact: TellableFact, { email, link }: MemberDetails): object {
  if (fact.type === 'webhook.test') return { webhook: fact.webhook }
  if ('member' in fact) {
    const { roster, sequence, member: id, status } = fact
    const member = { id, status, problem: toProblem(fact.problem) }
    const asked = { ...(email === undefined ? {} : { email }), ...(link === undefined ? {} : { link }) }
    const idle = fact.idle && { reason: fact.idle.reason, reclaimAt: new Date(fact.idle.reclaimAt).toISOString() }
    return { roster, sequence, member: { ...member, ...asked }, ...idle }
  }
  if ('build' in fact) {
    const { id, version, number, expiresAt } = fact.build
    const { roster, sequence, peopleAffected, successor } = fact
    const end = successor === undefined ? {} : { peopleAffected: peopleAffected ?? 0, successor }
    return { roster, sequence, build: { id, version, number, expiresAt }, ...end }
  }
  if ('teamKey' in fact) return { teamKey: fact.teamKey, sequence: fact.sequence, problem: toProblem(fact.problem) }
  const { roster, sequence, reconciliation } = fact
  return {
    roster,
    sequence,
    ...(reconciliation === undefined ? {} : { reconciliation }),
    problem: toProblem(fact.problem),
  }
}

function toProblem(problem: { code: ErrorCode; detail: string } | null) {
  return problem && { code: problem.code, detail: problem.detail, action: ERROR_RULES[problem.code].action }
}
