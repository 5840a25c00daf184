import { NOTHING_OBSERVED, type Observed, type Writing } from '../../src/domain/member.ts'
import { made, NOW, refuses, shows, type Answer, type Asked, type BatchScript, type TurnMember } from '../turn-rig.ts'

/**
 * Apple's answer → our step, as data. To add a case: say who it is about (`member`), what is asked and answered in order (`turn`),
 * and how the turn ends for that person (`ends`). `there`: Apple has the person in the group at the end, whatever it answers; then
 * no ending may read "removed".
 */
export interface AnswerRow {
  name: string
  member: TurnMember
  turn: [asked: Asked, answer: Answer][]
  ends: string
  there?: boolean
  also?: Partial<Pick<BatchScript, 'roster' | 'known' | 'removedAt' | 'wantedElsewhere' | 'elsewhere' | 'lack' | 'key'>>
}

export const ANN = 'ann@example.com'
export const IN: Partial<Observed> = {
  email: ANN,
  state: 'invited',
  confirmed: true,
  observedAt: NOW,
  settledState: true,
}

export const wrote = (
  kind: Writing['kind'],
  answer: Writing['answer'],
  reads = 0,
  secondsAgo = 100,
): Partial<Observed> => ({
  ...NOTHING_OBSERVED,
  email: ANN,
  writing: { kind, email: ANN, at: NOW - secondsAgo * 1_000, reads, answer },
})

export const joins = (observed: Partial<Observed> = {}): TurnMember => ({ email: ANN, observed })
export const leaves = (observed: Partial<Observed> = IN): TurnMember => ({ email: ANN, present: false, observed })
export const asks = (observed: Partial<Observed> = {}): TurnMember => ({
  email: ANN,
  invite: true,
  observed: { ...IN, ...observed },
})

export const none = shows()
export const ann = (state = 'INVITED', id = 't-1') => shows({ id, email: ANN, state })
export const madeAnn = (state = 'INVITED', id = 't-1') => made({ id, email: ANN, state })
export const done: Answer = { status: 204 }
export const exists = refuses(409, 'STATE_ERROR', { detail: 'A beta tester with this information already exists' })
export const cannotBeAssigned = refuses(409, 'STATE_ERROR', { detail: 'Tester(s) cannot be assigned' })
export const group: Answer = {
  status: 200,
  body: { data: { type: 'betaGroups', id: 'g-1', attributes: { name: 'Gold' }, relationships: {} } },
}
export const fullApp = refuses(409, 'STATE_ERROR', { detail: 'The app has reached the maximum number of testers' })
export const email = '/data/attributes/email'
export const KNOWN = { known: { [ANN]: 't-1' } }
export const APP = { roster: { removal: 'app' as const } }
