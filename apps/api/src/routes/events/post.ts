import { AppError, ERROR_RULES, type ErrorCode } from '@flightroster/core/errors'
import { createFairLine, type FairLine } from '@flightroster/core/domain'
import { acceptEvents, type EventOutcome } from '@flightroster/core/usecases/intake'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { mayReach, turnOf } from '../../plugins/auth.ts'
import { problem } from '../../schemas/problem.ts'
import { PROBLEM_TYPE, toProblem } from '../../plugins/to-problem.ts'
import { z } from 'zod'
import { BATCH_PATIENCE_MS, withinStorePatience } from '../../plugins/store-patience.ts'
import type { ApiServer } from '../../server.ts'
import type { ParsedEvent } from './parse-event.ts'
import { readBinaryAttributes } from './binary-mode.ts'
import { bindKey } from './idempotency.ts'
import { EVENT_BOUNDS, EVENT_TYPES, readEvents } from './read-events.ts'
import { eventBodies, eventResults, nothingUsable, type EventResult } from './schema.ts'

/** A batch of 1,000 with names and long ids is well under 1 MB. */
const BODY_LIMIT = 4 * 1024 * 1024
/** From so many events on, a batch waits for its turn to be recorded: some of a caller at once, by turns of the callers. */
const LARGE_BATCH = 100
const RECORDED_AT_ONCE = { own: 2, all: 4, waiting: { own: 100, all: 500 } }

/** ① One event or a batch → what became of each. */
export function postEvents(app: ApiServer, deps: ApiDeps): void {
  const turns = createFairLine(RECORDED_AT_ONCE)
  app.register(async (scope: ApiServer) => {
    // The bytes as they came: each item is judged by itself, so the body as a whole has no schema to fail.
    for (const type of EVENT_TYPES) {
      if (scope.hasContentTypeParser(type)) scope.removeContentTypeParser(type)
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
    }
    scope.post(
      '/v1/events',
      {
        bodyLimit: BODY_LIMIT,
        schema: {
          tags: ['events'],
          operationId: 'postEvents',
          summary: 'Record membership events',
          description:
            'One CloudEvents 1.0 event or a batch of up to 1,000; or one in binary mode, its attributes in `ce-*` headers and ' +
            'its `data` as the body. The same `source` and `id` for the same roster again has no second effect. A single ' +
            'event may carry `Idempotency-Key` instead of an id. A field of `member` that is absent stays as it is known, ' +
            '`null` clears it.',
          response: {
            202: eventResults,
            422: {
              description:
                '`no_usable_event`: none of them could be used; the result of each stands beside the problem. ' +
                '`idempotency_key_reused`: the key came before with another body',
              content: { 'application/problem+json': { schema: z.union([nothingUsable, problem]) } },
            },
          },
        },
        config: {
          scope: 'events:write',
          takesBody: true,
          jsonBounds: EVENT_BOUNDS,
          isTraced: true,
          bodies: eventBodies,
          headers: {
            'idempotency-key': {
              description: 'Instead of an id, for a single event without one',
              example: 'signup-2001',
            },
          },
          problems: ['request_invalid', 'batch_too_large', 'no_usable_event', 'idempotency_key_reused'],
        },
      },
      async (request, reply) => {
        deps.health.assertTakesWrites()
        const key = request.headers['idempotency-key']
        const idempotencyKey = Array.isArray(key) ? key[0] : key
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const attributes = readBinaryAttributes(request.headers)
        const parsed = await app.bodyTurns.take(request, body.length, (step) =>
          readEvents({ request, body, idempotencyKey, attributes }, step),
        )
        const binding = idempotencyKey === undefined ? undefined : await bindKey(deps, request, idempotencyKey, parsed)
        const results = await record(deps, request, parsed, turns)
        if (results.rejected > 0) await binding?.release()
        for (const status of ['accepted', 'duplicate', 'stale', 'rejected'] as const)
          deps.metrics.events.inc({ status }, results[status])
        if (parsed.length > 0 && results.rejected === parsed.length) {
          const problem = toProblem(new AppError('no_usable_event'), request.id)
          request.problemCode = problem.code
          return reply
            .code(422)
            .type(PROBLEM_TYPE)
            .send({ ...problem, ...results })
        }
        return reply.code(202).send(results)
      },
    )
  })
}

/** The handshake of CloudEvents' web hook rules: a sender asks whether its events are wanted here, before it has a token. */
export function allowEvents(app: ApiServer, deps: ApiDeps): void {
  app.options('/v1/events', { schema: { hide: true }, config: { scope: 'public' } }, async (request, reply) => {
    reply.header('allow', 'OPTIONS, POST')
    const origin = request.headers['webhook-request-origin']
    if (typeof origin !== 'string' || origin === '') return reply.code(204).send()
    // Who may send is told by the token; how often, by its limit.
    reply.header('webhook-allowed-origin', origin)
    reply.header('webhook-allowed-rate', String(deps.rateLimitPerMinute))
    return reply.code(200).send()
  })
}

async function record(deps: ApiDeps, request: FastifyRequest, parsed: ParsedEvent[], turns: FairLine) {
  const { caller, span } = request
  const usable = parsed.flatMap(({ outcome }) =>
    outcome.kind === 'event' && mayReach(caller, outcome.event.roster) ? [outcome.event] : [],
  )
  const work = async () => acceptEvents(askedBy(deps, request), usable, span?.traceparent)
  // What waits for others of ours says nothing of the store, so its patience begins behind the line.
  const isLarge = usable.length >= LARGE_BATCH
  const end = isLarge ? await turns.enter(turnOf(request) ?? '', 1) : () => {}
  if (!end) throw new AppError('rate_limited', { message: 'Many batches of yours wait already.', retryAfterMs: 2_000 })
  const patienceMs = isLarge ? BATCH_PATIENCE_MS : deps.storePatienceMs
  const outcomes = usable.length === 0 ? [] : await withinStorePatience(work(), patienceMs).finally(end)
  const outcomeOf = new Map(usable.map((event, at) => [event, outcomes[at]]))
  const results = { accepted: 0, duplicate: 0, stale: 0, rejected: 0, events: [] as EventResult[] }
  for (const item of parsed) {
    const { outcome } = item
    const result = outcome.kind === 'event' ? outcomeOf.get(outcome.event) : undefined
    const event = toResult(item, result)
    results.events.push(event)
    results[event.status]++
  }
  return results
}

function toResult({ id, roster, member, outcome }: ParsedEvent, result: EventOutcome | undefined): EventResult {
  if (outcome.kind === 'rejected') {
    return { id, status: 'rejected', roster, member, problem: explain(outcome.code, outcome.detail) }
  }
  // No outcome: a roster that the caller may not reach is like one that is not there.
  const { status, problem } = result ?? { status: 'rejected' as const, problem: 'roster_not_found' as const }
  return { id, status, roster, member, problem: problem === null ? null : explain(problem) }
}

export function explain(code: ErrorCode, detail: string = ERROR_RULES[code].title) {
  return { code, detail, action: ERROR_RULES[code].action }
}
