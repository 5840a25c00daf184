import { describe, expect, it } from 'vitest'
import { hashPassword } from '@flightroster/core/testing'
import { createPasswordCheck, isPasswordHash } from './password.ts'

describe('passwords', () => {
  it('accepts the password that was hashed, however its letters are composed, and no other', async () => {
    const check = createPasswordCheck()
    // At the full cost, as an operator's.
    const hash = hashPassword('caf\u00e9 au lait', { N: 32_768, r: 8, p: 3 })
    expect(await check.verify('cafe\u0301 au lait', hash)).toBe(true)
    expect(await check.verify('cafe au lait', hash)).toBe(false)
    expect(await check.verify('caf\u00e9 au lait', undefined)).toBe(false)
  })

  it('writes hashes without what separates users or what a shell reads', async () => {
    const hash = hashPassword('x')
    expect(hash).toMatch(/^[\w.-]+$/)
    expect(isPasswordHash(hash)).toBe(true)
  })

  it.each([
    '',
    'x',
    'scrypt.1.1.1.a.b',
    'scrypt.32767.8.1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
    'scrypt.4194304.32.1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
  ])('takes "%s" for no hash', (text) => expect(isPasswordHash(text)).toBe(false))

  it('turns away what one sender sends at once, and nobody else for it', async () => {
    const check = createPasswordCheck({ perSender: 2, senders: 3 })
    const ask = (from: string, isKnown = false) => check.verify('x', undefined, { from, isKnown })
    const [first, ...flood] = [1, 2, 3, 4].map(() => ask('a'))
    const others = [ask('b'), ask('c')]
    expect(await Promise.all(flood)).toEqual([false, false, undefined])
    expect(await Promise.all([first, ...others])).toEqual([false, false, false])
  })

  it('looks at passwords in turns: known browsers first, then one of each sender', async () => {
    const check = createPasswordCheck({ perSender: 5, senders: 5 })
    const done: string[] = []
    const ask = async (from: string, isKnown = false) => {
      await check.verify('x', undefined, { from, isKnown })
      done.push(from)
    }
    await Promise.all([ask('a'), ask('a'), ask('a'), ask('b'), ask('known', true)])
    expect(done).toEqual(['a', 'known', 'a', 'b', 'a'])
  })
})
