import type { TellableFact } from '../domain/delivery.ts'
import { ERROR_RULES, type ErrorCode } from '../errors.ts'

/** What a receiver reads. `email` goes into a member's facts where it is given, null included. */
export function toCallbackBody(fact: TellableFact, email?: string | null): string {
  return JSON.stringify({ type: fact.type, timestamp: new Date(fact.at).toISOString(), data: toData(fact, email) })
}

function toData(fact: TellableFact, email: string | null | undefined): object {
  if (fact.type === 'webhook.test') return { webhook: fact.webhook }
  if ('member' in fact) {
    const { roster, sequence, member: id, status } = fact
    const member = { id, status, problem: toProblem(fact.problem) }
    return { roster, sequence, member: email === undefined ? member : { ...member, email } }
  }
  if ('build' in fact) {
    const { id, version, number, expiresAt } = fact.build
    return { roster: fact.roster, sequence: fact.sequence, build: { id, version, number, expiresAt } }
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
