import { describe, expect, it } from 'vitest'
import { createPasswordCheck, hashPassword, isPasswordHash } from './password.ts'

describe('passwords', () => {
  it('accepts the password that was hashed, however its letters are composed, and no other', async () => {
    const check = createPasswordCheck()
    const hash = await hashPassword('caf\u00e9 au lait')
    expect(await check.verify('cafe\u0301 au lait', hash)).toBe(true)
    expect(await check.verify('cafe au lait', hash)).toBe(false)
    expect(await check.verify('caf\u00e9 au lait', undefined)).toBe(false)
  })

  it('writes hashes without what separates users or what a shell reads', async () => {
    const hash = await hashPassword('x')
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

  it('turns further logins away while too many are being checked', async () => {
    const check = createPasswordCheck({ waiting: 1 })
    const answers = await Promise.all([1, 2, 3, 4].map(() => check.verify('x', undefined)))
    expect(answers).toEqual([false, false, undefined, undefined])
  })
})
