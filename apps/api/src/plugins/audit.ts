import { audit, beginAudit } from '@flightroster/core/usecases/audit'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'
import { textsOf } from '../request-texts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route that found everything as it was asked to be: nothing is noted then. */
    changedNothing: boolean
    /** What is about to be changed, as the audit log keeps it until it has an entry. */
    auditBegun: string | undefined
  }
}

const NOUNS: Readonly<Record<string, string | undefined>> = {
  'team-keys': 'team-key',
  rosters: 'roster',
  reconciliations: 'reconciliation',
  webhooks: 'webhook',
  notices: 'notice',
  deliveries: 'delivery',
  tokens: 'token',
  people: 'person',
  'apple-webhook': 'apple-webhook',
  sources: 'source',
}
const VERBS: Readonly<Record<string, string | undefined>> = { POST: 'create', PUT: 'put', DELETE: 'delete' }
/** A member's own timeline tells these; there are thousands of them an hour. Who is protected is a decision about plans to come. */
const TOLD_ELSEWHERE = /^\/v1\/(events|rosters\/:rosterId\/members\/(?!:memberId\/(un)?protect$))/
const WHOLE_ROSTER = '/v1/rosters/:rosterId/members'

/** As addresses of pages name what they are about. */
const PAGE_NOUNS = {
  ...NOUNS,
  member: 'member',
  members: 'member',
  plans: 'plan',
  groups: 'scim-group',
  seats: 'seats',
}

/**
 * Every change that a token made, whichever route it came by: a new one cannot be forgotten. What is done on a page its route notes, in
 * its own words; here it is noted that it was begun.
 */
export function useAudit(app: ApiServer, deps: Pick<ApiDeps, 'store' | 'clock' | 'log' | 'toRef'>): void {
  app.decorateRequest('changedNothing', false)
  app.decorateRequest('auditBegun', undefined)
  // Before the change: whoever dies in the middle of it leaves word of it.
  app.addHook('preHandler', async (request) => {
    if (isChange(request))
      request.auditBegun = await beginAudit(deps, { actor: `token:${request.caller.id}`, ...describe(deps, request) })
    else if (isForm(request))
      request.auditBegun = await beginAudit(deps, { actor: `user:${request.user.name}`, ...describePage(request) })
  })
  app.addHook('onSend', async (request, reply) => {
    const begun = request.auditBegun
    if (begun === undefined) return
    request.auditBegun = undefined
    try {
      // Of a page that noted nothing, nothing was changed.
      if (request.changedNothing || reply.statusCode >= 400 || isForm(request)) return await deps.store.audit.end(begun)
      const entry = { actor: `token:${request.caller.id}`, requestId: request.id, ...describe(deps, request) }
      await audit(deps, entry, begun)
    } catch (error) {
      // The change is made: an answer that says otherwise would be worse than a gap.
      deps.log.error({ err: error, route: request.routeOptions.url }, 'audit.failed')
    }
  })
}

function isChange({ method, caller, routeOptions, query }: FastifyRequest): boolean {
  const url = routeOptions.url ?? ''
  if (caller === null || VERBS[method] === undefined || !url.startsWith('/v1/')) return false
  return !TOLD_ELSEWHERE.test(url) && (query as { dryRun?: boolean }).dryRun !== true
}

/** What a form of the console asks for, but for a question that is posted. */
function isForm({ method, routeOptions: { url = '', config } }: FastifyRequest): boolean {
  return (
    method === 'POST' && config.page === 'operator' && config.readsMuch === undefined && url.startsWith('/console/')
  )
}

function describePage(request: FastifyRequest): { action: string; target: string; detail: string } {
  const words = (request.routeOptions.url ?? '').split('/').slice(2)
  const nouns = words.flatMap((word) => (isPageNoun(word) ? PAGE_NOUNS[word] : []))
  const last = words.at(-1) ?? ''
  const verb = last.startsWith(':') || isPageNoun(last) ? 'put' : last
  const [id, ...others] = Object.values(textsOf(request.params))
  const target = id === undefined ? (nouns[0] ?? 'page') : `${nouns[0] ?? 'page'}:${id}`
  return { action: `${nouns.at(-1) ?? 'page'}.${verb}`, target, detail: others.join(' ') }
}

const isPageNoun = (word: string): word is keyof typeof PAGE_NOUNS => word in PAGE_NOUNS

function describe(
  { toRef }: Pick<ApiDeps, 'toRef'>,
  request: FastifyRequest,
): { action: string; target: string; detail: string } {
  const url = request.routeOptions.url ?? ''
  const words = url.split('/').slice(2)
  const nouns = words.flatMap((word) => NOUNS[word] ?? [])
  const [subject = 'thing', thing = subject] = [nouns[0], nouns.at(-1)]
  const last = words.at(-1) ?? ''
  const isVerb = !last.startsWith(':') && NOUNS[last] === undefined && url !== WHOLE_ROSTER
  const verb = isVerb ? last : url === WHOLE_ROSTER ? 'put-members' : (VERBS[request.method] ?? request.method)
  const { memberId, ...params } = textsOf(request.params)
  const [id, ...others] = Object.values(params)
  if (memberId !== undefined && id !== undefined)
    // A member's id may be an address.
    return { action: `member.${last}`, target: `${subject}:${id}`, detail: toRef(id, memberId) }
  return {
    action: `${thing}.${verb}`,
    target: id === undefined ? subject : `${subject}:${id}`,
    // What a new token is called; nothing else of a body is told.
    detail: url === '/v1/tokens' ? (request.body as { name: string }).name : others.join(' '),
  }
}
