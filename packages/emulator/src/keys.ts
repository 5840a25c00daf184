import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export const roles = ['ADMIN', 'APP_MANAGER', 'DEVELOPER', 'MARKETING', 'CUSTOMER_SUPPORT', 'SALES', 'FINANCE'] as const
/** Roles of App Store Connect keys that can be told apart by what they may do here. */
export type Role = (typeof roles)[number]

export interface ApiKey {
  keyId: string
  issuerId: string
  role: Role
  revoked: boolean
  publicKey: KeyObject
  /** Known only where this process made the key or was given the private one. */
  privateKeyPem: string | null
}

/** A key to be added; what is absent is made up. */
export interface NewKey {
  keyId?: string | undefined
  issuerId?: string | undefined
  role?: Role | undefined
  /** One of the two, or neither: then a new pair is made. */
  privateKeyPem?: string | undefined
  publicKeyPem?: string | undefined
}

/** A P-256 pair as App Store Connect hands it out: the private half as a PKCS#8 PEM. */
export function generateKeyPair(): { privateKeyPem: string; publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { privateKeyPem: privateKey, publicKeyPem: publicKey }
}

/** Ten capital letters and digits, as Apple's key ids look. */
function newKeyId(): string {
  return [...randomBytes(10)].map((byte) => 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'[byte % 32]).join('')
}

export class Keys {
  readonly byId = new Map<string, ApiKey>()
  /** Teams without an agreement in effect, and teams whose membership ran out. */
  readonly agreementsMissing = new Set<string>()
  readonly membershipExpired = new Set<string>()

  add(input: NewKey): ApiKey {
    const pair = input.privateKeyPem || input.publicKeyPem ? undefined : generateKeyPair()
    const privateKeyPem = input.privateKeyPem ?? pair?.privateKeyPem ?? null
    const publicKey = privateKeyPem
      ? createPublicKey(createPrivateKey(privateKeyPem))
      : createPublicKey(input.publicKeyPem ?? '')
    if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('A key must be on curve P-256')
    const key: ApiKey = {
      keyId: input.keyId ?? newKeyId(),
      issuerId: input.issuerId ?? this.first()?.issuerId ?? randomUUID(),
      role: input.role ?? 'APP_MANAGER',
      revoked: false,
      publicKey,
      privateKeyPem,
    }
    this.byId.set(key.keyId, key)
    return key
  }

  first(): ApiKey | undefined {
    return this.byId.values().next().value
  }

  get(keyId: string): ApiKey {
    const key = this.byId.get(keyId)
    if (!key) throw new Error(`There is no key ${keyId}`)
    return key
  }
}

const writers: readonly Role[] = ['ADMIN', 'APP_MANAGER']
const outsiders: readonly Role[] = ['SALES', 'FINANCE']

export const mayManage = (role: Role): boolean => writers.includes(role)
export const mayRead = (role: Role): boolean => !outsiders.includes(role)
