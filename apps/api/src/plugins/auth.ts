import { AppError } from '@flightroster/core/errors'
import type { ApiToken } from '@flightroster/core/store'
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'
import { watchRefusals } from './refusals.ts'
import { textsOf } from '../request-texts.ts'

/** What a token may be good for. */
export const SCOPES = ['events:write', 'rosters:read', 'rosters:write', 'scim', 'admin'] as const
/** One of the scopes of tokens. */
export type Scope = (typeof SCOPES)[number]

/** Who calls the API, by its token. */
export interface Caller {
  /** Of the token. */
  id: string
  name: string
  /** `admin` may do everything. */
  scopes: readonly Scope[]
  /** Rosters the caller may see and touch; null: all. */
  rosters: ReadonlySet<string> | null
  /** Where users that the token brings by SCIM have their address; null: as for all. */
  emailAttribute: string | null
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; a route without one is refused at start. */
    scope?: Scope | 'public'
    /**
     * True: an admin's route that concerns no roster by its path and is open to tokens bound to rosters all the same, since it sees to
     * it by itself that they reach nothing else. Every other one of an admin is closed to them: a new route that nobody thought of is.
     * False: closed to them, though it asks for a scope that they may have.
     */
    isForBound?: boolean
  }
  interface FastifyRequest {
    /** Set on every route that is not public. */
    caller: Caller
  }
}

export interface AuthDeps {
  adminToken: string
  /** Looks up further tokens. */
  findCaller?: (token: string) => Promise<Caller | undefined>
}

/** Further tokens, as callers. */
export function callersOf(findToken: (token: string) => Promise<ApiToken | undefined>): AuthDeps['findCaller'] {
  return async (text) => {
    const token = await findToken(text)
    if (!token) return undefined
    const scopes = SCOPES.filter((scope) => token.scopes.includes(scope))
    const rosters = token.rosters && new Set(token.rosters)
    return { id: token.id, name: token.name, scopes, rosters, emailAttribute: token.emailAttribute ?? null }
  }
}

const ADMIN: Caller = { id: 'ADMIN_TOKEN', name: 'ADMIN_TOKEN', scopes: ['admin'], rosters: null, emailAttribute: null }

/** Runs before a body is read, so that nobody without a token makes us parse anything. */
export function useAuth(app: ApiServer, deps: AuthDeps): void {
  const adminDigest = digest(deps.adminToken)
  const findCaller = async (token: string) => {
    // Digests have one length, and comparing them tells nothing of the token by its time.
    if (timingSafeEqual(digest(token), adminDigest)) return ADMIN
    return deps.findCaller?.(token)
  }

  const refusals = watchRefusals()
  app.decorateRequest('caller', null as unknown as Caller)
  app.addHook('onRoute', (route) => {
    const scope = route.config?.scope
    if (scope === 'public' || SCOPES.some((known) => known === scope)) return
    throw new Error(`${String(route.method)} ${route.url} declares no scope; set config.scope.`)
  })
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config
    // No scope: no route was found, and the answer is a 404.
    if (scope === undefined || scope === 'public') return
    const caller = await findCaller(bearerOf(request))
    if (!caller) {
      await refusals.note(request)
      throw new AppError('unauthenticated')
    }
    const { rosterId } = textsOf(request.params)
    if (!maySee(caller, scope, request.routeOptions.url ?? '')) {
      throw new AppError('scope_missing', { message: `The token lacks the scope ${scope}.` })
    }
    const { isForBound = scope !== 'admin' } = request.routeOptions.config
    const isClosedToBound = rosterId === undefined && !isForBound
    if (isClosedToBound && caller.rosters !== null) {
      // Or it could make itself a token that is bound to nothing.
      throw new AppError('scope_missing', {
        message: 'The token is bound to rosters, and this concerns more than those.',
      })
    }
    request.caller = caller
    if (rosterId !== undefined && !mayReach(caller, rosterId)) {
      throw new AppError('not_found', { message: `There is no roster "${rosterId}".` })
    }
  })
}

const UNDER_ROSTERS = '/v1/rosters'

function maySee({ scopes }: Caller, scope: Scope, url: string): boolean {
  if (scopes.includes(scope) || scopes.includes('admin')) return true
  // Who may change everything under rosters may read it.
  return scope === 'rosters:read' && url.startsWith(UNDER_ROSTERS) && scopes.includes('rosters:write')
}

/** Whether a token reaches a roster: one that is bound reaches its own alone. */
export function mayReach(caller: Caller, rosterId: string): boolean {
  return caller.rosters === null || caller.rosters.has(rosterId)
}

/** What names rosters is a bound token's where it names none but the token's own; what is about all is not. */
export function mayReachAll(caller: Caller, rosterIds: readonly string[] | null): boolean {
  return caller.rosters === null || (rosterIds !== null && rosterIds.every((id) => mayReach(caller, id)))
}

/** A token bound to rosters names them: nothing about others may come to its webhooks and notices. Throws scope_missing, not_found. */
export function refuseForeignRosters(caller: Caller, rosters: readonly string[] | null): void {
  if (mayReachAll(caller, rosters)) return
  if (rosters === null) {
    throw new AppError('scope_missing', { message: 'The token is bound to rosters: name some of them in "rosters".' })
  }
  const foreign = rosters.find((id) => !mayReach(caller, id)) ?? ''
  throw new AppError('not_found', { message: `There is no roster "${foreign}".` })
}

/** How many webhooks, notices or sources there may be that reach nothing but what a bound token reaches. */
const MOST_OF_BOUND = 50

/** A token that is bound to nothing has no share: it may make as many as it likes. */
export function shareOf<T>(
  caller: Caller,
  isOwn: (record: T) => boolean,
): { isOwn: typeof isOwn; most: number } | undefined {
  return caller.rosters === null ? undefined : { isOwn, most: MOST_OF_BOUND }
}

/**
 * What a token bound to rosters is to be counted by: those that are bound to the same ones are one, however many there are. Pages have
 * no caller: whoever is logged in is bound to nothing.
 */
export function boundId(caller: Caller | null): string | null {
  if (caller === null || caller.rosters === null) return null
  return hash('sha256', [...caller.rosters].sort().join(), 'base64url').slice(0, 22)
}

/** Whose turns a request takes; null: nobody is known. */
export function turnOf({ caller, user }: FastifyRequest): string | null {
  if (!caller) return user ? `user:${user.name}` : null
  const bound = boundId(caller)
  return bound === null ? `token:${caller.id}` : `rosters:${bound}`
}

function bearerOf(request: FastifyRequest): string {
  const match = /^bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')
  if (!match?.[1]) throw new AppError('unauthenticated')
  return match[1]
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
