import { describe, expect, it } from 'vitest'
import { NOW, wants, inGroup, writing, plan } from '../../testing/plan-case.ts'
import { beginMove, dropWriting, mayBeHidden } from './former-addresses.ts'
import { NOTHING_OBSERVED, type Observed, type Writing } from './member.ts'

describe('beginMove', () => {
  it('puts the former address among those that leave, and forgets what was known of it', () => {
    const moved = beginMove({ ...wants, email: 'new@example.com' }, { ...inGroup, state: 'installed' })
    expect(moved).toMatchObject({ email: null, confirmed: false, leaving: ['ann@example.com'], invite: true })
  })
  it('takes an address that comes back from among those that leave', () => {
    const back = beginMove(wants, { ...NOTHING_OBSERVED, leaving: ['ANN@example.com'] })
    expect(back.leaving).toEqual([])
  })
  it('remembers that an address which comes back may still be in, so that it leaves when the member moves on', () => {
    const next = { ...wants, email: 'new@example.com' }
    const moved = beginMove(next, { ...inGroup, state: 'accepted' })
    const back = beginMove(wants, moved)
    expect(back).toMatchObject({ email: 'ann@example.com', confirmed: false, leaving: [], invite: false })
    expect(beginMove(next, back)).toMatchObject({ email: null, leaving: ['ann@example.com'] })
    expect(beginMove({ ...wants, email: null }, back).leaving).toEqual(['ann@example.com'])
    const entered = { ...moved, email: 'new@example.com', state: 'invited' as const, confirmed: true }
    expect(beginMove(wants, entered)).toMatchObject({ email: 'ann@example.com', leaving: ['new@example.com'] })
  })
  it('lets a cleared address leave, as in a change of address', () => {
    expect(beginMove({ ...wants, email: null }, inGroup)).toMatchObject({
      email: null,
      confirmed: false,
      leaving: ['ann@example.com'],
    })
  })
  it.each(['lost', 'confirmed', 'refused'] as const)(
    'keeps in mind when an entry was sent whose answer was %s',
    (answer) => {
      const entry: Writing = { kind: 'create', email: 'ann@example.com', at: NOW, reads: 0, answer }
      const observed: Observed = { ...NOTHING_OBSERVED, email: 'ann@example.com', writing: entry }
      const next = { ...wants, email: 'new@example.com' }
      const moved = beginMove(next, observed)
      expect(moved).toMatchObject({
        writing: null,
        leaving: ['ann@example.com'],
        former: [{ email: 'ann@example.com', at: NOW }],
      })
      expect(plan({ desired: next, observed: moved })).toMatchObject({ do: 'create', email: 'new@example.com' })
      const entered = { ...moved, email: 'new@example.com', state: 'invited' as const, confirmed: true }
      const unseen = { unseen: () => true }
      expect(plan({ desired: next, observed: entered })).toMatchObject({ do: 'read_membership' })
      expect(plan({ desired: next, observed: entered, change: unseen })).toMatchObject({
        do: 'wait',
        until: NOW + 2_000,
      })
      const late = { ...unseen, now: NOW + 30_000 }
      expect(plan({ desired: next, observed: entered, change: late })).toMatchObject({
        do: 'wait',
        until: NOW + 60_000,
      })
    },
  )
  it('takes an address of another case for the same', () => {
    expect(beginMove({ ...wants, email: 'Ann@Example.com' }, inGroup)).toMatchObject({ confirmed: true })
  })
})

describe('a write that is given up', () => {
  it.each(['create', 'add'] as const)('leaves word of when the address may have entered: %s', (kind) => {
    const dropped = dropWriting(writing({ kind, answer: 'refused' }))
    expect(dropped).toMatchObject({ writing: null, former: [{ email: 'ann@example.com', at: NOW }] })
    expect(mayBeHidden(dropped, 'ANN@example.com', NOW + 59_999)).toBe(true)
    expect(mayBeHidden(dropped, 'ann@example.com', NOW + 60_000)).toBe(false)
  })
  it.each(['remove', 'remove_app', 'invite'] as const)('leaves none where it puts nobody in: %s', (kind) => {
    expect(dropWriting(writing({ kind, answer: 'refused' }))).toMatchObject({ writing: null, former: [] })
  })
})
