import { NOTHING_OBSERVED, type Desired, type Observed, type Writing } from '../src/domain/member.ts'
import { planStep } from '../src/domain/plan.ts'
import { NOT_ASKED, type KnownTester, type PlanInput, type Step } from '../src/domain/step.ts'

export const NOW = Date.parse('2026-11-24T10:00:00Z')

export const wants: Desired = {
  v: 1,
  version: 3,
  present: true,
  email: 'ann@example.com',
  firstName: null,
  lastName: null,
  time: NOW,
  at: NOW,
  index: [],
  joined: 1,
}
export const left: Desired = { ...wants, present: false }
export const inGroup: Observed = {
  ...NOTHING_OBSERVED,
  converged: 3,
  email: 'ann@example.com',
  state: 'invited',
  confirmed: true,
  observedAt: NOW,
}
export const writing = (change: Partial<Writing>): Observed => ({
  ...NOTHING_OBSERVED,
  email: 'ann@example.com',
  writing: { kind: 'add', email: 'ann@example.com', at: NOW, reads: 0, answer: 'lost', ...change },
})

export interface Case {
  desired?: Desired
  observed?: Observed
  tester?: KnownTester
  change?: Partial<PlanInput>
}

export function plan({ desired = wants, observed = NOTHING_OBSERVED, tester = NOT_ASKED, change = {} }: Case): Step {
  return planStep({
    now: NOW,
    desired,
    observed,
    policies: { removal: 'group' },
    fresh: false,
    invite: false,
    lack: null,
    lookUpFirst: false,
    knownTester: () => tester,
    twin: () => null,
    wantedHere: () => false,
    comingHere: () => false,
    unseen: () => false,
    wantedElsewhere: () => false,
    seatedElsewhere: () => false,
    leavesAppSince: () => null,
    ...change,
  })
}

export const known = { is: 'found', id: 't-1', state: null } as const satisfies KnownTester
export const absent: KnownTester = { is: 'absent', within: 'app' }
export const nowhere: KnownTester = { is: 'absent', within: 'account' }
export const unsearchable: KnownTester = { is: 'unknown', unsearchable: true }
