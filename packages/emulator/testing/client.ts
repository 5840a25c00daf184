import { importPKCS8, SignJWT } from 'jose'
import { startEmulator } from '../src/index.ts'
import type { Emulator, EmulatorOptions } from '../src/index.ts'

export interface Reply {
  status: number
  headers: Headers
  body: any
  text: string
}

export interface Claims {
  iss?: string
  aud?: string
  /** null: the token says nothing of it. */
  iat?: number | null
  exp?: number
  kid?: string
  privateKeyPem?: string
}

/** A token as a careful client makes it, with any part of it made wrong on request. */
export async function signToken(emulator: Emulator, now: number, wrong: Claims = {}): Promise<string> {
  const key = emulator.keys[0]
  if (!key) throw new Error('no key')
  const iat = wrong.iat ?? Math.floor(now / 1000)
  const token = new SignJWT({})
  if (wrong.iat !== null) token.setIssuedAt(iat)
  return await token
    .setProtectedHeader({ alg: 'ES256', kid: wrong.kid ?? key.keyId, typ: 'JWT' })
    .setIssuer(wrong.iss ?? key.issuerId)
    .setAudience(wrong.aud ?? 'appstoreconnect-v1')
    .setExpirationTime(wrong.exp ?? iat + 600)
    .sign(await importPKCS8(wrong.privateKeyPem ?? key.privateKeyPem, 'ES256'))
}

export interface Rig extends AsyncDisposable {
  emulator: Emulator
  clock: { time: number; now(): number }
  appId: string
  internalId: string
  groupId: string
  buildId: string
  call(method: string, path: string, body?: unknown, token?: string): Promise<Reply>
  /** Creates a tester in the external group and gives its id. */
  create(email: string, groupId?: string): Promise<string>
  control(method: string, path: string, body?: unknown): Promise<any>
}

/** An emulator with its demo contents, a clock that stands still, and a client for it. */
export async function startRig(options: EmulatorOptions = {}): Promise<Rig> {
  const clock = { time: Date.parse('2026-11-25T12:00:00Z'), now: () => clock.time }
  const emulator = await startEmulator({ clock, ...options })
  const [internal, external] = emulator.groups()
  const call = async (method: string, path: string, body?: unknown, token?: string): Promise<Reply> => {
    const bearer = token ?? (await signToken(emulator, clock.now()))
    const answer = await fetch(path.startsWith('http') ? path : emulator.url + path, {
      method,
      headers: {
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return await toReply(answer)
  }
  const groupId = external?.id ?? ''
  return {
    emulator,
    clock,
    appId: emulator.apps()[0]?.id ?? '',
    internalId: internal?.id ?? '',
    groupId,
    buildId: emulator.builds()[0]?.id ?? '',
    call,
    create: async (email, group = groupId) =>
      (await call('POST', '/v1/betaTesters', newTester(email, group))).body.data.id,
    control: async (method, path, body) => {
      const answer = await fetch(`${emulator.url}/_control${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return await answer.json()
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}

async function toReply(answer: Response): Promise<Reply> {
  const text = await answer.text()
  let body: unknown
  try {
    body = text === '' ? undefined : JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: answer.status, headers: answer.headers, body, text }
}

export const newTester = (email: string, groupId: string): object => ({
  data: {
    type: 'betaTesters',
    attributes: { email },
    relationships: { betaGroups: { data: [{ type: 'betaGroups', id: groupId }] } },
  },
})

export const linkage = (type: string, ...ids: string[]): object => ({ data: ids.map((id) => ({ type, id })) })
