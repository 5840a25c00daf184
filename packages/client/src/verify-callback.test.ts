import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { verifyCallback } from './index.ts'

const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`
const OTHER = `whsec_${Buffer.alloc(24, 4).toString('base64')}`
const BODY = JSON.stringify({
  type: 'member.invited',
  timestamp: '2026-11-24T10:00:03.000Z',
  data: { roster: 'gold', sequence: 7, member: { id: 'u-17', status: 'invited', problem: null } },
})

/** Signed by the library that the API itself signs with. */
function headersFor(secret: string, body = BODY, at = new Date()) {
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  }
}

describe('verifyCallback', () => {
  it("gives what was signed, from Headers, Node's object, text and bytes", async () => {
    const headers = headersFor(SECRET)
    for (const given of [headers, new Headers(headers)]) {
      for (const body of [BODY, Buffer.from(BODY)]) {
        const callback = await verifyCallback(SECRET, given, body)
        if (callback.type !== 'member.invited') throw new Error(callback.type)
        expect(callback.data.member.id).toBe('u-17')
      }
    }
  })

  it('takes several secrets, and several signatures, while one is rotated', async () => {
    expect(await verifyCallback([OTHER, SECRET], headersFor(SECRET), BODY)).toHaveProperty('type')
    const both = { ...headersFor(SECRET) }
    both['webhook-signature'] = `${headersFor(OTHER)['webhook-signature']} ${both['webhook-signature']}`
    expect(await verifyCallback(SECRET, both, BODY)).toHaveProperty('type')
  })

  const now = Date.now()
  it.each([
    ['another secret', headersFor(OTHER), BODY],
    ['another body', headersFor(SECRET), BODY.replace('u-17', 'u-18')],
    ['an old time', headersFor(SECRET, BODY, new Date(now - 301_000)), BODY],
    ['a time to come', headersFor(SECRET, BODY, new Date(now + 360_000)), BODY],
    ['no headers', {}, BODY],
    ['no base64', { ...headersFor(SECRET), 'webhook-signature': 'v1,%%% v1 v2,AAAA' }, BODY],
  ])('refuses %s', async (_, headers, body) => {
    await expect(verifyCallback(SECRET, headers, body)).rejects.toMatchObject({ code: 'signature_invalid' })
  })
})
