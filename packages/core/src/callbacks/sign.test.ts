import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { makeSecret, signCallback } from './sign.ts'

const body = '{"type":"webhook.test"}'

describe('signing', () => {
  it('satisfies the verifier of Standard Webhooks with any of the secrets, and with no other', () => {
    const secrets = [makeSecret(), makeSecret()]
    const headers = signCallback({ id: 'msg_1', at: Date.now(), body, secrets })
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'webhook.test' })
    expect(() => new Webhook(makeSecret()).verify(body, headers)).toThrow('No matching signature')
    expect(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers)).toThrow('No matching signature')
  })

  it('makes secrets of 32 random bytes behind whsec_', () => {
    const secret = makeSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32)
    expect(makeSecret()).not.toBe(secret)
  })
})
