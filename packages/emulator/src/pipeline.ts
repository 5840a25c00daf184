import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkBody } from './bodies.ts'
import type { Body } from './bodies.ts'
import { deliver, spoil } from './deliver.ts'
import type { Outgoing } from './deliver.ts'
import {
  agreementsMissing,
  AppleError,
  errorBody,
  invalidEntity,
  membershipExpired,
  notAuthorized,
  pathError,
  rateLimited,
  roleForbidden,
  unexpected,
} from './errors.ts'
import { isApplied } from './faults.ts'
import type { Faults } from './faults.ts'
import { mayManage, mayRead } from './keys.ts'
import type { ApiKey, Keys } from './keys.ts'
import type { Ledgers } from './ledgers.ts'
import { tick } from './membership.ts'
import type { Answer, Operation } from './operation.ts'
import { checkParameters } from './parameters.ts'
import { Query } from './query.ts'
import type { Quota } from './quota.ts'
import type { Settings } from './settings.ts'
import { authenticate, claimedKeyId } from './token.ts'
import type { WebhookSender } from './webhook-sender.ts'
import type { World } from './world.ts'

/** All the parts of a running emulator. */
export interface Parts {
  clock: { now(): number }
  settings: Settings
  world: World
  keys: Keys
  quota: Quota
  faults: Faults
  ledgers: Ledgers
  webhookSender: WebhookSender
}

interface Incoming {
  operation: Operation | undefined
  method: string
  path: string
  search: string
  id: string
  base: string
  /** As it came; undefined where there was none. */
  text: string | undefined
}

/** One call: whose is it → scripted fault? → quota → role → schema → handler → answer. */
export async function serve(
  parts: Parts,
  operation: Operation | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const started = performance.now()
  const { clock, keys, faults, settings } = parts
  if (settings.latencyMs > 0) await sleep(settings.latencyMs)
  const now = clock.now()
  tick(parts.world, now)
  const incoming = readRequest(operation, request)
  const { authorization } = request.headers
  const key = authenticate(authorization, keys, now)
  const keyId = key?.keyId ?? claimedKeyId(authorization)
  const template = operation?.path ?? null
  const rule = faults.take({ method: incoming.method, path: incoming.path, template, keyId }, now)
  const applied = !rule || isApplied(rule)
  const real = applied ? decide(parts, incoming, key, now) : null
  if (!applied && key && rule.status !== 429) parts.quota.spend(key.keyId, now)
  const headers = headersOf(parts, key, now)
  const whole = real && outgoing(real, headers)
  const out = rule ? spoil(rule, whole, headers) : (whole ?? { status: 500, headers, text: '' })
  parts.ledgers.call({
    at: now,
    method: incoming.method,
    path: incoming.path,
    query: queryRecord(incoming.search),
    status: rule?.kind === 'drop' ? (real?.status ?? 0) : out.status,
    keyId,
    body: parseOr(incoming.text),
    durationMs: performance.now() - started,
    fault: rule?.kind ?? null,
  })
  await deliver(reply, out, rule)
}

function readRequest(operation: Operation | undefined, request: FastifyRequest): Incoming {
  const at = request.url.indexOf('?')
  return {
    operation,
    method: request.method,
    path: at < 0 ? request.url : request.url.slice(0, at),
    search: at < 0 ? '' : request.url.slice(at + 1),
    id: (request.params as { id?: string } | undefined)?.id ?? '',
    base: `http://${request.headers.host ?? 'localhost'}`,
    text: typeof request.body === 'string' && request.body !== '' ? request.body : undefined,
  }
}

/** Lets the call in or not, and carries it out. Every call with a good token counts, but those answered 429. */
function decide(parts: Parts, incoming: Incoming, key: ApiKey | undefined, now: number): Answer {
  try {
    if (!key) throw new AppleError(notAuthorized)
    if (parts.quota.isSpent(key.keyId, now)) throw new AppleError(rateLimited)
    parts.quota.spend(key.keyId, now)
    checkAccess(parts.keys, incoming.operation, key)
    if (!incoming.operation) throw pathError(incoming.path)
    return carryOut(parts, incoming, incoming.operation, key, now)
  } catch (error) {
    if (error instanceof AppleError) {
      if (error.parts.violation) {
        parts.ledgers.violation(`${incoming.method} ${incoming.path}: ${error.parts.code} ${error.parts.detail ?? ''}`)
      }
      return { status: error.parts.status, body: errorBody(error.parts) }
    }
    // A fault of the emulator itself must not pass for one of Apple's.
    parts.ledgers.violation(`emulator failed on ${incoming.method} ${incoming.path}: ${String((error as Error).stack)}`)
    return { status: 500, body: errorBody(unexpected) }
  }
}

function checkAccess(keys: Keys, operation: Operation | undefined, key: ApiKey): void {
  if (keys.agreementsMissing.has(key.issuerId)) throw new AppleError(agreementsMissing)
  if (keys.membershipExpired.has(key.issuerId)) throw new AppleError(membershipExpired)
  if (!mayRead(key.role)) throw new AppleError(roleForbidden)
  const writes = operation !== undefined && operation.method !== 'GET'
  if (writes && !operation.checksRole && !mayManage(key.role)) throw new AppleError(roleForbidden)
}

const noBody: Body = { attributes: {}, relationships: {}, ids: [] }

function carryOut(parts: Parts, incoming: Incoming, operation: Operation, key: ApiKey, now: number): Answer {
  const { world, settings, webhookSender } = parts
  const { path, search, id, base } = incoming
  const query = new Query(search)
  checkParameters(query, operation.parameters ?? {})
  const body = operation.body ? checkBody(parseJson(incoming.text), operation.body, id || undefined) : noBody
  return operation.handle({
    world,
    settings,
    webhookSender,
    key,
    id,
    body,
    query,
    base,
    path,
    search,
    now,
    issuerId: key.issuerId,
    testers: world.testers.reads(now),
  })
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) throw invalidEntity('The request must carry a JSON document')
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalidEntity('The request entity is not valid JSON')
  }
}

const parseOr = (text: string | undefined): unknown => {
  if (text === undefined) return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function queryRecord(search: string): Record<string, string> {
  if (search === '') return {}
  return Object.fromEntries(new URLSearchParams(search))
}

let dateSecond = 0
let dateText = ''

/** Apple's `Date`, by the emulator's clock: a client corrects its tokens by it. */
function httpDate(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(now).toUTCString()
  }
  return dateText
}

function headersOf({ quota }: Parts, key: ApiKey | undefined, now: number): Outgoing['headers'] {
  const rate = key ? quota.header(key.keyId, now) : undefined
  return { date: httpDate(now), ...(rate === undefined ? {} : { 'x-rate-limit': rate }) }
}

function outgoing(answer: Answer, headers: Outgoing['headers']): Outgoing {
  if (!answer.body) return { status: answer.status, headers, text: '' }
  const text = JSON.stringify(answer.body)
  return { status: answer.status, headers: { ...headers, 'content-type': 'application/json' }, text }
}
