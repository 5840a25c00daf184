import { createFairLine, type FairLine } from '@flightroster/core/domain'
import { AppError, isAppError } from '@flightroster/core/errors'
import { directoryOf, type OpenDirectory } from '@flightroster/core/usecases/scim'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import { turnOf } from '../plugins/auth.ts'
import { readJson, refuseDuplicateKeys } from '../plugins/body-parsers.ts'
import { refuseHalfLetters } from '../plugins/half-letters.ts'
import { toKnownError } from '../plugins/to-problem.ts'
import type { ApiServer } from '../server.ts'
import { isObject, type Resource } from './attributes.ts'
import { ScimFault, sendAppErrorAsScim, sendScimFault, SCIM_ROOT } from './fault.ts'

/** A group of tens of thousands as one list, each with a few words about them. */
export const GROUP_LIMIT = 2 * 1024 * 1024
/** The largest body about a user, in bytes. */
export const USER_LIMIT = 256 * 1024

/** Searches that no index answers look at every record: one at a time of a token, two of all. */
const SCANS = { own: 1, all: 2, waiting: { own: 10, all: 100 } }
const RETRY_AFTER_MS = 2_000

declare module 'fastify' {
  interface FastifyInstance {
    scimScans: FairLine
  }
  interface FastifyContextConfig {
    /** Refuses in SCIM's form. */
    isScim?: boolean
  }
}

/** In a scope of its own: SCIM's media type beside JSON, and its own errors. */
export function useScim(app: ApiServer, onRefusal: (request: FastifyRequest, fault: ScimFault) => Promise<void>): void {
  app.decorate('scimScans', createFairLine(SCANS))
  app.removeAllContentTypeParsers()
  for (const type of ['application/scim+json', 'application/json']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
      app.bodyTurns.take(request, body.length, async (step) => {
        const { text, members, value } = await readJson(request, body, step)
        await step(() => refuseDuplicateKeys(text, members, value))
        await step(() => refuseHalfLetters(text))
        return value
      }),
    )
  }
  app.setErrorHandler(async (error, request, reply) => {
    if (error instanceof ScimFault) {
      await onRefusal(request, error)
      return sendScimFault(reply, error)
    }
    const known = toKnownError(error, request)
    if (!known) request.log.error({ err: error, route: request.routeOptions.url }, 'request.failed')
    if (known?.retryAfterMs !== undefined) {
      reply.header('retry-after', Math.max(1, Math.ceil(known.retryAfterMs / 1_000)))
    }
    if (isAppError(known, 'unauthenticated')) reply.header('www-authenticate', 'Bearer')
    return sendAppErrorAsScim(known ?? new AppError('internal'), request, reply)
  })
}

/** What a SCIM route works with: the directory of the caller's token, and how it reads and writes. */
export interface ScimContext {
  directory: OpenDirectory
  /** Where the address of a user stands; undefined: as is usual. */
  emailAttribute: string | undefined
  /** Before the paths in answers. */
  base: string
  traceparent: string | undefined
  /** Waits for a turn to look at every record; returns its end. Throws rate_limited. */
  beginScan: () => Promise<() => void>
}

/** The context of a request, by the token it came with. */
export function contextOf(deps: ApiDeps, request: FastifyRequest): ScimContext {
  const { caller } = request
  return {
    directory: directoryOf(deps, caller.rosters && [...caller.rosters]),
    emailAttribute: caller.emailAttribute ?? deps.scimEmailAttribute,
    base: `${deps.publicUrl ?? ''}${SCIM_ROOT}`,
    traceparent: request.span?.traceparent,
    async beginScan() {
      const end = await request.server.scimScans.enter(turnOf(request) ?? '', 1)
      if (end) return end
      const message =
        'Many searches of this token that look at everybody wait already. Search by userName or externalId.'
      throw new AppError('rate_limited', { message, retryAfterMs: RETRY_AFTER_MS })
    },
  }
}

/** The body of a request; anything but a JSON object is a 400. */
export function bodyOf(request: FastifyRequest): Resource {
  if (!isObject(request.body)) throw new ScimFault(400, 'The body is not a JSON object.', 'invalidSyntax')
  return request.body
}

/** A 404 in SCIM's form. `what`: as its sentence names it, such as `User`. */
export const notFound = (what: string) => new ScimFault(404, `${what} not found.`)
