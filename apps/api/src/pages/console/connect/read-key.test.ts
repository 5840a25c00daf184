import { makePrivateKey } from '@flightroster/core/testing'
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readKey, type KeyInput } from './read-key.ts'

const GOOD: KeyInput = {
  name: 'acme',
  issuerId: '69a6de70-0000-47e3-e053-5b8c7c11a4d1',
  keyId: '2X9R4HXF34',
  privateKey: makePrivateKey(),
}
const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIB\n-----END ${kind}-----\n`
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const file = (name: string, content: string | Buffer) => ({ name, content: Buffer.from(content) })

describe('the pasted team key', () => {
  it('is taken as App Store Connect gives it, by paste or by file, with any line ends', () => {
    expect(readKey(GOOD).faults).toEqual([])
    expect(
      readKey({ ...GOOD, keyId: '2x9r4hxf34', privateKey: GOOD.privateKey.replaceAll('\n', '\r\n') }).faults,
    ).toEqual([])
    const uploaded = { ...GOOD, privateKey: '', file: file('AuthKey_2X9R4HXF34.p8', GOOD.privateKey) }
    expect(readKey(uploaded).faults).toEqual([])
  })

  it.each<[string, Partial<KeyInput>, RegExp]>([
    ['an individual key', { issuerId: '' }, /individual key/],
    ['the file of an individual key', { file: file('ApiKey_2X9R4HXF34.p8', GOOD.privateKey) }, /individual key/],
    ['a certificate', { privateKey: pem('CERTIFICATE') }, /certificate, not a private key/],
    ['a binary certificate', { file: file('distribution.cer', Buffer.from([0x30, 0x82, 0x05, 0xff])) }, /certificate/],
    ['a public key', { privateKey: pem('PUBLIC KEY') }, /public key/],
    ['a key of another kind', { privateKey: pem('EC PRIVATE KEY') }, /another kind/],
    ['an RSA key', { privateKey: String(rsa) }, /P-256/],
    ['a key that is cut off', { privateKey: GOOD.privateKey.slice(0, 90) }, /cut off/],
    [
      'a key without its first line',
      { privateKey: GOOD.privateKey.split('\n').slice(1, 3).join('\n') },
      /first and the last line/,
    ],
    ['nothing', { privateKey: '' }, /missing/],
    ['the file of another key', { file: file('AuthKey_AAAAAAAAAA.p8', GOOD.privateKey) }, /of the key AAAAAAAAAA/],
    ['a Key ID as Issuer ID', { issuerId: '2X9R4HXF34' }, /looks like a Key ID/],
    ['an Issuer ID as Key ID', { keyId: GOOD.issuerId }, /Issuer ID/],
    ['swapped ids', { keyId: GOOD.issuerId, issuerId: GOOD.keyId }, /swapped|looks like/],
    ['a name that is not valid', { name: 'my team' }, /name/],
  ])('gets a sentence of its own where it is %s', (_what, change, sentence) => {
    const { faults } = readKey({ ...GOOD, ...change })
    expect(faults.map(({ problem }) => problem).join(' ')).toMatch(sentence)
    expect(faults.every(({ fix }) => fix.length > 10)).toBe(true)
  })
})
