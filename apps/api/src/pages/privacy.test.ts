import { describe, expect, it } from 'vitest'
import { maskAddresses, privacyOf } from './privacy.ts'

describe('what a viewer sees', () => {
  it.each([
    'Apple refuses ann.lee@example.com.',
    '(event ann@example.com-2026)',
    'GET /v1/betaTesters?filter[email]=ann@example.com,bob@example.com → 200',
    'GET /v1/betaTesters?filter%5Bemail%5D=ann%40example.com',
    'mailto:ann@example.com',
    'é@münchen.example',
  ])('hides the addresses in "%s"', (text) => {
    expect(maskAddresses(text)).not.toMatch(/example\.|nn[.@]|münchen/)
  })

  it('leaves what only resembles an address, and reads a long text once', () => {
    for (const text of ['@ann', 'ann@', 'a @ b', '%40', 'ann%40', 'x'.repeat(1_000_000), '@'.repeat(2)])
      expect(maskAddresses(text)).toBe(text)
  })

  it('is neither a name nor an id that is an address', () => {
    const viewer = privacyOf({ role: 'viewer' })
    expect(viewer.id('ann@example.com')).toBe('a…@e….com')
    expect(viewer.id('u-17')).toBe('u-17')
    expect(viewer.name({ firstName: 'Ann', lastName: 'Lee' })).toBe('')
    expect(privacyOf({ role: 'operator' }).email('ann@example.com')).toBe('ann@example.com')
  })
})
