import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as sendHttp, type IncomingHttpHeaders } from 'node:http'
import { eventually } from '@flightroster/core/testing'
import { serveApiWithApple, type TestApiWithApple } from './apple.ts'
import { makeDashboard, PASSWORD } from './visitor.ts'

const DOCUMENT = new URL('../openapi.json', import.meta.url)

const SLOWEST_MS = 1_000
const TRIES = 4
const LARGEST = 1024 * 1024

export interface Operation {
  path: string
  method: string
  parameters: readonly { name: string; in: string }[]
  takesBody: boolean
  isPublic: boolean
}

export interface Judged {
  status: number
  body: string
  headers: IncomingHttpHeaders
  /** What must never be, whatever was sent: a 5xx, more than a megabyte, another request id. */
  faults: string[]
}

type Headers = Record<string, string>

/** The API over real HTTP, with two of everything there is. */
export interface TwoWorlds {
  api: TestApiWithApple
  /** The path goes out as it stands: no library makes one of it that it thinks better. */
  judge(method: string, path: string, headers: Headers, payload?: string): Promise<Judged>
  asAdmin: Headers
  /** As an operator's browser sends. */
  asOperator: Headers
  /** Of the OpenAPI document. */
  operations: readonly Operation[]
  /** What was sent and has no line in the log. */
  notLogged(): string[]
  /** The machine may have been busy; what is slow by itself is slow each time, alone too. */
  assertSoonAlone(): Promise<void>
  close(): Promise<void>
}

/** What a list of the one says must open nothing of the other. */
export const WORLDS = [
  { rosterId: 'gold', teamKeyId: 'acme', memberId: 'u-1', webhookId: 'crm', sourceId: 'shop', noticeId: 'ops' },
  { rosterId: 'silver', teamKeyId: 'beta', memberId: 'u-2', webhookId: 'hub', sourceId: 'store', noticeId: 'dev' },
].map((names, at) => ({ ...names, appId: `100${at}`, email: `ann${at}@example.com` }))
export type World = (typeof WORLDS)[number]

const GROUPS = ['gold', 'silver', 'more']
const seed = {
  apps: WORLDS.map(({ appId }) => ({
    id: appId,
    bundleId: `com.acme.app${appId}`,
    groups: GROUPS.map((name) => ({ id: `group-${appId}-${name}`, name })),
    builds: ['1', '2', '3'].map((version) => ({ version, groups: GROUPS })),
  })),
}

export async function serveTwoWorlds(): Promise<TwoWorlds> {
  const api = await serveApiWithApple({ seed, quota: { hourLimit: 1_000_000 } }, { dashboard: await makeDashboard() })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  const address = new URL(api.app.listeningOrigin)
  for (const world of WORLDS) await plant(api, world)
  const sent: string[] = []
  const slow: { what: string; timed: () => Promise<{ ms: number }> }[] = []
  const judge: TwoWorlds['judge'] = async (method, path, headers, payload) => {
    const id = `sent-${sent.push(`${method} ${path.slice(0, 100)}`) - 1}`
    const type: Headers = payload === undefined ? {} : { 'content-type': 'application/json' }
    const timed = async () => {
      const begun = performance.now()
      const answer = await send(
        address,
        { method, path, headers: { 'x-request-id': id, ...type, ...headers } },
        payload,
      )
      return { ...answer, ms: performance.now() - begun }
    }
    let answer = await timed()
    for (let tried = 1; tried < TRIES && answer.status === 503; tried++) {
      await eventually(() => api.deps.health.assertReachable())
      answer = await timed()
    }
    const { status, body, ms } = answer
    if (ms > SLOWEST_MS) slow.push({ what: `${method} ${path}`, timed })
    const faults = Object.entries({
      [`status ${status}`]: status >= 500,
      [`${body.length} characters`]: body.length > LARGEST,
      'another request id': answer.headers['x-request-id'] !== id,
    }).filter(([, isSo]) => isSo)
    return { ...answer, faults: faults.map(([fault]) => `${fault}: ${method} ${path} → ${body.slice(0, 200)}`) }
  }
  return {
    api,
    judge,
    asAdmin: { authorization: `Bearer ${api.deps.adminToken}` },
    asOperator: await logIn(address),
    operations: operationsOf(JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Document),
    notLogged() {
      const lines = api.logged.filter((line) => line.includes('request.done'))
      const logged = new Set(lines.map((line) => String((JSON.parse(line) as { requestId?: string }).requestId)))
      return sent.filter((_, at) => !logged.has(`sent-${at}`))
    },
    async assertSoonAlone() {
      for (const { what, timed } of slow.splice(0))
        await eventually(async () => {
          const { ms } = await timed()
          if (ms > SLOWEST_MS) throw new Error(`${Math.round(ms)} ms: ${what}`)
        })
    },
    close: () => api.close(),
  }
}

function send(
  { hostname, port }: URL,
  { method, path, headers }: { method: string; path: string; headers: Headers },
  payload?: string,
): Promise<Omit<Judged, 'faults'>> {
  const length: Headers = payload === undefined ? {} : { 'content-length': String(payload.length) }
  return new Promise((resolve, reject) => {
    const request = sendHttp({ method, path, hostname, port, headers: { ...length, ...headers } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString(), headers: answer.headers }),
      )
    })
    request.on('error', reject)
    request.end(payload)
  })
}

async function logIn(address: URL): Promise<Headers> {
  const { host, origin } = address
  const form = { 'content-type': 'application/x-www-form-urlencoded', host, origin }
  const login = new URLSearchParams({ name: 'ann', password: PASSWORD }).toString()
  const answer = await send(address, { method: 'POST', path: '/login', headers: form }, login)
  if (answer.status !== 303) throw new Error(`ann was not let in: ${answer.status} ${answer.body}`)
  const cookies = [answer.headers['set-cookie']].flat().map((one) => String(one).split(';')[0])
  return { ...form, cookie: cookies.join('; ') }
}

interface Document {
  paths: Record<
    string,
    Record<string, { parameters?: Operation['parameters']; requestBody?: unknown; security?: unknown[] }>
  >
}

function operationsOf({ paths }: Document): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, security }]) => ({
      path,
      method: method.toUpperCase(),
      parameters,
      takesBody: requestBody !== undefined,
      isPublic: security?.length === 0,
    })),
  )
}

/** At least two of whatever has a list. */
async function plant(api: TestApiWithApple, world: World): Promise<void> {
  const { rosterId, teamKeyId, memberId, webhookId, sourceId, noticeId, appId, email } = world
  const must = async (method: 'POST' | 'PUT', url: string, body?: unknown, headers?: Headers) => {
    const answer = await api.call(method, url, body, headers)
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
  }
  await api.putTeamKey(teamKeyId)
  for (const name of ['gold', 'silver']) {
    const id = name === rosterId ? rosterId : `${rosterId}-${name}`
    await must('PUT', `/v1/rosters/${id}`, { teamKey: teamKeyId, app: { id: appId }, group: { name } })
    for (const member of ['u-1', 'u-2', 'u-3']) {
      const address = member === memberId ? email : `${member}@example.com`
      for (const firstName of ['Ann', 'Anna'])
        await must('PUT', `/v1/rosters/${id}/members/${member}`, { firstName, email: address })
    }
  }
  const lists = [['u-1', 'u-2', 'u-3', 'u-4'], ['u-4']].map((ids) => ids.map((id) => ({ id })))
  for (const members of lists) await must('PUT', `/v1/rosters/${rosterId}/members`, { members })
  const told = { types: ['*'], rosters: [rosterId] }
  await must('PUT', `/v1/webhooks/${webhookId}`, { url: 'https://hooks.example.com/x', ...told })
  for (let sent = 0; sent < 3; sent++) await must('POST', `/v1/webhooks/${webhookId}/test`)
  await must('PUT', `/v1/notices/${noticeId}`, { kind: 'slack', target: 'https://hooks.example.com/x', ...told })
  const signature = { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' }
  const map = `{"type": "member.joined", "data": {"roster": "${rosterId}", "member": {"id": "u-9"}}}`
  await must('PUT', `/v1/sources/${sourceId}`, { kind: 'generic', secret: 'x', rosters: {}, signature, map })
  for (const payload of ['{"a":1}', '{"a":2}', '{"a":3}']) {
    const signed = createHmac('sha256', 'x').update(payload).digest('hex')
    await must('POST', `/v1/sources/${sourceId}/receive`, payload, { 'x-signature': signed })
  }
  await must('POST', '/scim/v2/Groups', { displayName: rosterId })
  await must('POST', '/v1/tokens', { name: rosterId, scopes: ['admin'] })
}

export const fillPath = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? 'none')
