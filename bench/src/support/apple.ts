import { startEmulator, type Emulator, type EmulatorOptions } from '@flightroster/emulator'

/** What a client needs to work for one group, and what upstream registers. */
export interface AppleKey {
  issuerId: string
  keyId: string
  privateKey: string
  app: string
  bundleId: string
  group: string
}

export interface Apple extends AsyncDisposable {
  emulator: Emulator
  keys: AppleKey[]
}

/** Parts of a millisecond too. */
export const preciseNow = () => performance.timeOrigin + performance.now()

/**
 * The emulator in this process, with one app, one external group and one approved build for each key. Unless told otherwise no
 * quota stands in the way.
 */
export async function startApple({
  keyCount = 1,
  ...options
}: EmulatorOptions & { keyCount?: number } = {}): Promise<Apple> {
  const emulator = await startEmulator({
    seed: {},
    quota: { hourLimit: 10_000_000 },
    seatsPerApp: 1_000_000,
    clock: { now: preciseNow },
    ...options,
  })
  const keys = Array.from({ length: keyCount }, (_, at) => {
    const { issuerId, keyId, privateKeyPem } = emulator.addKey()
    const bundleId = `com.acme.app${at}`
    const app = emulator.addApp({ bundleId, name: `Acme ${at}`, issuerId })
    const group = emulator.addGroup(app.id, { name: 'Gold' })
    emulator.addBuild(app.id, { version: '1', groups: [group.id] })
    return { issuerId, keyId, privateKey: privateKeyPem, app: app.id, bundleId, group: group.id }
  })
  return { emulator, keys, [Symbol.asyncDispose]: () => emulator.close() }
}

export function keyAt(apple: Apple, at: number): AppleKey {
  const key = apple.keys[at]
  if (!key) throw new Error(`The emulator has no key number ${at}.`)
  return key
}

/** Addresses whose testers were created, with when the call arrived (ms). */
export function creations(emulator: Emulator): Map<string, number> {
  const found = new Map<string, number>()
  for (const { method, path, body, at } of emulator.calls()) {
    if (method !== 'POST' || path !== '/v1/betaTesters') continue
    const email = (body as { data?: { attributes?: { email?: string } } }).data?.attributes?.email
    if (email !== undefined) found.set(email, at)
  }
  return found
}
