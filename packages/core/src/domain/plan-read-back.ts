import { isAbout } from './former-addresses.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'
import { pendingUntil, refused, UNSEARCHABLE, type PlanInput, type Step } from './step.ts'

/** After our own create or add: what has to be read, and when; undefined where the write has to go out (again). */
export function planReadBack(input: PlanInput, email: string): Step | undefined {
  const { observed, now } = input
  const writing = observed.writing
  if (!writing || !isAbout(writing, email)) return undefined
  switch (writing.answer) {
    case 'lost': {
      if (writing.reads > 0) return undefined
      const due = writing.at + READ_LOST_AFTER_MS
      return now < due ? pendingUntil(due) : { do: 'read_membership', email }
    }
    case 'confirmed': {
      const wait = REREAD_AFTER_MS[writing.reads]
      if (wait === undefined) {
        return refused('Apple confirmed the change, and no read has shown it for a minute.')
      }
      return now < writing.at + wait ? pendingUntil(writing.at + wait) : { do: 'read_membership', email }
    }
    case 'older': {
      // Read twice, since reads lag; then the one that Apple named is added by its id.
      const wait = writing.reads < 2 ? REREAD_AFTER_MS[writing.reads] : undefined
      if (wait === undefined) return undefined
      return now < writing.at + wait ? pendingUntil(writing.at + wait) : { do: 'read_membership', email }
    }
    case 'refused':
      return writing.kind === 'create' ? planRefusedCreate(input, email) : planRefusedAdd(input, email)
  }
}

/**
 * Any 4xx on a create may mean that the tester exists. Where the app does not show one, the record may be of another app of the
 * team: then it is added by its id, and believed once the group shows it.
 */
function planRefusedCreate(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  const tester = input.knownTester(email)
  switch (tester.is) {
    case 'unknown':
      return tester.unsearchable ? refused(UNSEARCHABLE) : { do: 'look_up', email, within: 'app' }
    case 'absent':
      if (tester.within === 'app') return { do: 'look_up', email, within: 'account' }
      return refused('App Store Connect refuses to add this tester, and neither the app nor the account shows it.')
    case 'found':
      return reads === 0 ? { do: 'read_membership', email } : { do: 'add', email, testerId: tester.id }
  }
}

/** Any 4xx on an add may mean "already in": the group is read before anything is believed. */
function planRefusedAdd(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  if (reads === 0) return { do: 'read_membership', email }
  const tester = input.knownTester(email)
  if (tester.is === 'unknown' && !tester.unsearchable) return { do: 'look_up', email, within: 'app' }
  return refused('App Store Connect refuses to add this tester, and the group does not show it.')
}
