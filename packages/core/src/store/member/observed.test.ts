import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEMBER_STATUSES, NOTHING_OBSERVED, type Observed } from '../../domain/member.ts'
import { formatObserved, parseObserved } from './observed.ts'

const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const observed: fc.Arbitrary<Observed> = fc.record({
  v: fc.constant(1 as const),
  converged: fc.nat(),
  email: orNull(fc.emailAddress()),
  state: orNull(fc.constantFrom('not_invited' as const, 'invited' as const, 'revoked' as const, 'unknown' as const)),
  observedAt: orNull(fc.nat()),
  confirmed: fc.boolean(),
  writing: orNull(
    fc.record({
      kind: fc.constantFrom('create' as const, 'remove' as const),
      email: fc.emailAddress(),
      at: fc.nat(),
      reads: fc.nat(9),
      answer: fc.constantFrom('lost' as const, 'confirmed' as const),
    }),
  ),
  leaving: fc.array(fc.emailAddress(), { maxLength: 3 }),
  former: fc.array(fc.record({ email: fc.emailAddress(), at: fc.nat() }), { maxLength: 3 }),
  invite: fc.boolean(),
  revived: fc.nat(),
  reclaimed: orNull(fc.nat()),
  grace: orNull(fc.record({ from: fc.nat(), reason: fc.constantFrom('not_accepted' as const, 'no_session' as const) })),
  settledState: fc.boolean(),
  problem: orNull(fc.record({ code: fc.constant('apple_refused' as const), detail: fc.string(), at: fc.nat() })),
  told: orNull(
    fc.record({
      status: fc.constantFrom(...MEMBER_STATUSES),
      problem: orNull(fc.constant('apple_refused' as const)),
      sequence: fc.nat(),
    }),
  ),
})

describe('what is kept of an observation', () => {
  it('is read as it was written, in both forms', () => {
    fc.assert(
      fc.property(observed, fc.boolean(), (value, packed) => {
        expect(parseObserved(formatObserved(value, packed))).toEqual(value)
      }),
    )
  })

  it('is taken for nothing by a release that reads JSON alone', () => {
    expect(() => JSON.parse(formatObserved(NOTHING_OBSERVED, true))).toThrow(SyntaxError)
  })

  it('is read in the long form of the version before', () => {
    fc.assert(
      fc.property(observed, (value) => {
        expect(parseObserved(JSON.stringify(value))).toEqual(value)
      }),
    )
    const { told: _, ...older } = NOTHING_OBSERVED
    expect(parseObserved(JSON.stringify(older))).toEqual(NOTHING_OBSERVED)
  })

  it('takes 60 bytes at most for a member at rest', () => {
    const atRest: Observed = {
      ...NOTHING_OBSERVED,
      converged: 1,
      email: 'firstname.lastname@example.com',
      state: 'accepted',
      observedAt: 1_795_617_186_501,
      confirmed: true,
      settledState: true,
      told: { status: 'accepted', problem: null, sequence: 2 },
    }
    expect(formatObserved(atRest, true).length).toBeLessThanOrEqual(60)
  })
})
