import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createClockOffset } from './clock-offset.ts'
import { newCredentials } from '../testing/scripted-server.ts'
import { createTokenSigner } from './token.ts'

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0)
const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString()

const sample = (aheadMs: number, roundTripMs = 100) => ({
  serverTime: NOW + aheadMs,
  receivedAt: NOW + roundTripMs / 2 + 500,
  roundTripMs,
})

describe('createTokenSigner', () => {
  it('signs what Apple asks for: ES256, key id, issuer, audience, back-dated, no longer than 15 minutes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await createTokenSigner().sign({ issuerId: 'iss', keyId: 'kid', privateKey: pem(privateKey) }, NOW)
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const { payload, protectedHeader } = await jwtVerify(token, await importSPKI(spki, 'ES256'), {
      currentDate: new Date(NOW),
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'kid', typ: 'JWT' })
    const iat = NOW / 1000 - 60
    expect(payload).toEqual({ iss: 'iss', aud: 'appstoreconnect-v1', iat, exp: iat + 900 })
  })

  it('uses a token for a minute, and makes another after that, or where the clock turns out to be behind', async () => {
    const signer = createTokenSigner()
    const credentials = newCredentials()
    const times = [0, 59_999, 60_000, 119_999, 90_000, 30_000].map((ms) => NOW + ms)
    const tokens: string[] = []
    for (const time of times) tokens.push(await signer.sign(credentials, time))
    expect(tokens.map((token) => Number(decodeJwt(token).iat) + 60 - NOW / 1000)).toEqual([0, 0, 60, 60, 60, 30])
  })

  it('makes one token for calls that go out together', async () => {
    const signer = createTokenSigner()
    const credentials = newCredentials()
    const tokens = await Promise.all([0, 1, 2].map((ms) => signer.sign(credentials, NOW + ms)))
    expect(new Set(tokens).size).toBe(1)
  })

  it('makes another one once Apple refused it, and one for each issuer', async () => {
    const signer = createTokenSigner()
    const credentials = newCredentials()
    const first = await signer.sign(credentials, NOW)
    const other = await signer.sign({ ...credentials, issuerId: 'another' }, NOW)
    signer.forget(credentials)
    expect(await signer.sign(credentials, NOW)).not.toBe(first)
    expect(decodeJwt(other).iss).toBe('another')
    expect(await signer.sign({ ...credentials, issuerId: 'another' }, NOW)).toBe(other)
  })

  it('signs with the new key once it was replaced under the same key id', async () => {
    const signer = createTokenSigner()
    const old = newCredentials()
    await signer.sign(old, NOW)
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await signer.sign({ ...old, privateKey: pem(privateKey) }, NOW)
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const verified = jwtVerify(token, await importSPKI(spki, 'ES256'), { currentDate: new Date(NOW) })
    await expect(verified).resolves.toBeDefined()
  })

  it('takes a key file with Windows line ends and space around it', async () => {
    const credentials = newCredentials()
    const privateKey = `\n ${credentials.privateKey.replaceAll('\n', '\r\n')} \n`
    const token = await createTokenSigner().sign({ ...credentials, privateKey }, NOW)
    expect(decodeProtectedHeader(token).alg).toBe('ES256')
  })

  it('signs with a key that is kept as a JWK', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }))
    const token = await createTokenSigner().sign({ ...newCredentials(), privateKey: jwk }, NOW)
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const verified = jwtVerify(token, await importSPKI(spki, 'ES256'), { currentDate: new Date(NOW) })
    await expect(verified).resolves.toBeDefined()
  })

  it.each([
    ['text that is no key', 'secret text'],
    ['an empty text', ''],
    ['a key of another curve', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    [
      'a JWK of another curve',
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' })),
    ],
    ['a JWK that was cut off', '{"kty":"EC"'],
    ['a damaged key', '-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHRleHQ=\n-----END PRIVATE KEY-----'],
  ])('refuses %s without quoting it', async (_name, privateKey) => {
    const signing = createTokenSigner().sign({ issuerId: 'i', keyId: 'k', privateKey }, NOW)
    const error = await signing.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'private_key_invalid', details: {} })
    expect(error).not.toHaveProperty('cause')
  })
})

describe('createClockOffset', () => {
  it('corrects by nothing before the first answer, and by nothing for differences of a few seconds', () => {
    const offset = createClockOffset()
    expect([offset.measuredMs(), offset.correctionMs()]).toEqual([0, 0])
    offset.observe(sample(4_900))
    expect([offset.measuredMs(), offset.correctionMs()]).toEqual([4_900, 0])
  })

  it.each([300_000, -300_000])('corrects a clock that is off by %d ms, half the round trip accounted for', (ms) => {
    const offset = createClockOffset()
    offset.observe(sample(ms, 2_000))
    expect(offset.correctionMs()).toBe(ms)
  })

  it('follows the clock when it is set right', () => {
    const offset = createClockOffset()
    offset.observe(sample(300_000))
    offset.observe(sample(0))
    expect(offset.correctionMs()).toBe(0)
  })

  it('believes a slow answer only where the difference is larger than its delay', () => {
    const offset = createClockOffset()
    offset.observe(sample(8_000, 15_000))
    expect(offset.measuredMs()).toBe(0)
    offset.observe(sample(300_000, 15_000))
    expect(offset.measuredMs()).toBe(300_000)
  })
})
