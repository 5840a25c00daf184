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

  const hash = hashPassword('another')
  const LIMITS = { perSender: 2, perNetwork: [4], all: 6, networks: 3 }
  const lineOf = (limits: Parameters<typeof createPasswordCheck>[0]) => {
    const check = createPasswordCheck(limits)
    const done: string[] = []
    const ask = async (sender: string, isKnown = false) => {
      const isRight = await check.verify('x', hash, { from: sender.split(' '), isKnown })
      if (isRight !== undefined) done.push(sender)
      return isRight
    }
    return { ask, done }
  }

  it('turns away what one sender sends at once, and nobody else for it', async () => {
    const { ask } = lineOf(LIMITS)
    const [first, ...flood] = [1, 2, 3, 4].map(() => ask('net a'))
    const others = [ask('net b'), ask('far c')]
    expect(await Promise.all(flood)).toEqual([false, false, undefined])
    expect(await Promise.all([first, ...others])).toEqual([false, false, false])
  })

  it('looks at passwords in turns: known browsers first, then one of each sender', async () => {
    const { ask, done } = lineOf({ ...LIMITS, perSender: 5, perNetwork: [9], all: 9 })
    await Promise.all([ask('a'), ask('a'), ask('a'), ask('b'), ask('known', true)])
    expect(done).toEqual(['a', 'known', 'a', 'b', 'a'])
  })

  it('lets networks take turns before their senders do, so that very many senders of one fill no line of others', async () => {
    const { ask, done } = lineOf(LIMITS)
    const many = Array.from({ length: 20 }, (_, at) => ask(`net ${at}`))
    const [near, far, farther] = [ask('net near'), ask('far a'), ask('farther a')]
    // One is looked at, and four wait.
    expect((await Promise.all(many)).filter((isRight) => isRight === undefined)).toHaveLength(15)
    expect(await Promise.all([near, far, farther])).toEqual([undefined, false, false])
    expect(done).toEqual(['net 0', 'net 1', 'far a', 'farther a', 'net 2', 'net 3', 'net 4'])
  })

  it('leaves whoever comes from another network room where the line is full', async () => {
    const { ask } = lineOf({ ...LIMITS, all: 1, networks: 2 })
    const asked = [ask('net a'), ask('net b'), ask('net c'), ask('far a'), ask('far b'), ask('farther a')]
    expect(await Promise.all(asked)).toEqual([false, false, undefined, false, undefined, undefined])
  })
})
