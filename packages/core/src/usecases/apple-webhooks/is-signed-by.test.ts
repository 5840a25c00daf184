import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSignedBy } from './is-signed-by.ts'

const body = Buffer.from('{"data":{"id":"é"}}')
const hex = createHmac('sha256', 'secret').update(body).digest('hex')

describe('the signature of a delivery', () => {
  it.each([
    ['with its name', `hmacsha256=${hex}`],
    ['bare', hex],
    ['in capitals', `HMACSHA256=${hex.toUpperCase()}`],
  ])('is taken %s', (_, signature) => {
    expect(isSignedBy('secret', body, signature)).toBe(true)
  })

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['of another secret', createHmac('sha256', 'other').update(body).digest('hex')],
    ['cut short', hex.slice(0, 62)],
    ['too long', `${hex}00`],
    ['no hex', 'z'.repeat(64)],
    ['of another hash', `sha1=${hex}`],
    ['listed twice', `${hex},${hex}`],
  ])('is refused when it is %s', (_, signature) => {
    expect(isSignedBy('secret', body, signature)).toBe(false)
  })

  it('is over the very bytes', () => {
    expect(isSignedBy('secret', Buffer.concat([body, Buffer.from('\n')]), hex)).toBe(false)
  })
})
