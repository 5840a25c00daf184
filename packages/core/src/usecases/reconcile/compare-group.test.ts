import { describe, expect, it } from 'vitest'
import { NOTHING_OBSERVED, type Desired, type Observed } from '../../domain/member.ts'
import type { TesterRow } from '@flightroster/app-store-connect'
import type { MemberRecord } from '../../store/index.ts'
import { compareGroup } from './compare-group.ts'

function member(id: string, desired: Partial<Desired> = {}, observed: Partial<Observed> = {}): MemberRecord {
  return {
    id,
    desired: {
      v: 1,
      version: 1,
      present: true,
      email: `${id}@x.de`,
      firstName: null,
      lastName: null,
      time: 0,
      at: 0,
      index: [],
      joined: 1,
      ...desired,
    },
    observed: {
      ...NOTHING_OBSERVED,
      converged: 1,
      email: `${id}@x.de`,
      state: 'invited',
      confirmed: true,
      ...observed,
    },
    status: 'invited',
  }
}
const row = (email: string, state: TesterRow['state'] = 'invited'): TesterRow => ({
  id: `t-${email}`,
  email,
  firstName: null,
  lastName: null,
  state,
})
const ids = (list: { record: MemberRecord }[] | MemberRecord[]) =>
  list.map((item) => ('record' in item ? item.record.id : item.id))

describe('compareGroup', () => {
  it('finds nothing to do where the group equals the roster', () => {
    expect(compareGroup([row('A@x.de')], [member('a')])).toEqual({
      seen: [],
      vanished: [],
      missing: [],
      lingering: [],
      returned: [],
      settled: [],
      unmanaged: [],
    })
  })
  it('sees a state that moved on', () => {
    expect(ids(compareGroup([row('a@x.de', 'installed')], [member('a')]).seen)).toEqual(['a'])
  })
  it('sees who was taken out by hand', () => {
    expect(ids(compareGroup([], [member('a')]).vanished)).toEqual(['a'])
  })
  it('sees who left and is still listed', () => {
    const left = member('a', { present: false }, { email: null, confirmed: false })
    expect(ids(compareGroup([row('a@x.de')], [left]).lingering)).toEqual(['a'])
  })
  it('does not remove an address that a present member has too', () => {
    const left = member('b', { present: false, email: 'a@x.de' }, { email: null })
    const compared = compareGroup([row('a@x.de')], [member('a'), left])
    expect([compared.lingering, compared.unmanaged]).toEqual([[], []])
  })
  it('leaves members with work under way to their job', () => {
    const joining = member('a', { version: 2 })
    const compared = compareGroup([row('a@x.de'), row('z@x.de')], [joining, member('b', { version: 2 })])
    expect(compared).toMatchObject({ seen: [], vanished: [], missing: [] })
    expect(compared.unmanaged.map(({ email }) => email)).toEqual(['z@x.de'])
  })
  it('takes a listed address for its member’s own, although a read had not shown it', () => {
    const former = [{ email: 'Old@x.de', at: 1 }]
    const compared = compareGroup([row('a@x.de'), row('old@x.de')], [member('a', {}, { former })])
    expect(compared.returned).toMatchObject([{ record: { id: 'a' }, rows: [{ email: 'old@x.de' }] }])
    expect(compared.unmanaged).toEqual([])
    expect(compareGroup([row('a@x.de')], [member('a', {}, { former })])).toMatchObject({
      returned: [],
      settled: [{ id: 'a' }],
    })
  })
  it.each([
    ['another member has by now', [member('a', {}, { former: [{ email: 'b@x.de', at: 1 }] }), member('b')]],
    ['a job of the member is about', [member('a', { version: 2 }, { former: [{ email: 'b@x.de', at: 1 }] })]],
  ])('leaves a former address alone that %s', (_, members) => {
    const compared = compareGroup([row('a@x.de'), row('b@x.de')], members)
    expect([compared.returned, compared.settled, compared.unmanaged]).toEqual([[], [], []])
  })
})
