import type { WaitsFor } from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { tellWhy } from './why.ts'

const paused: WaitsFor = {
  code: 'roster_paused',
  detail: 'The roster is paused.',
  action: 'An operator resumes it.',
  since: null,
  until: null,
  who: null,
}
type Tester = Parameters<typeof tellWhy>[0]['tester']

const tester: Tester = { id: 't-1', state: 'installed', observedAt: 1, inviteType: null, devices: [], usage: null }
const revoked: Tester = { ...tester, state: 'revoked' }
const ann = { status: 'pending', problem: null, email: 'ann@example.com' } as const

it.each<['present' | 'absent', Tester, string, string]>([
  ['present', null, 'Not in yet. The roster is paused.', 'Not in yet. The change is on its way to Apple.'],
  ['present', revoked, 'Not in yet. The roster is paused.', 'Not in yet. The change is on its way to Apple.'],
  [
    'present',
    tester,
    'In, but the newest change is not carried out yet. The roster is paused.',
    'In, but the newest change is not carried out yet. It is on its way to Apple.',
  ],
  ['absent', tester, 'Still in. The roster is paused.', 'Still in. The removal is on its way to Apple.'],
  [
    'absent',
    null,
    'The removal is not carried out yet. The roster is paused.',
    'The removal is not carried out yet. It is on its way to Apple.',
  ],
])(
  'tells whether somebody who should be %s is in by what Apple last said, and what holds the change up',
  (desired, tester_, stopped, onItsWay) => {
    const member = { ...ann, desired, tester: tester_ }
    expect(tellWhy(member, paused).title).toBe(stopped)
    expect(tellWhy(member).title).toBe(onItsWay)
  },
)
