import type { Roster, RosterPolicies } from '@flightroster/core/domain'
import { isDeepStrictEqual } from 'node:util'
import { ChangedMeanwhile } from '../edition.ts'

/** What a PUT of the roster would repeat, so that a page which asks for one part leaves the others as they are. */
export function policiesOf(roster: Roster): RosterPolicies {
  const { builds, submitForReview, heldBuilds, seats, idle, unmanagedTesters, removal } = roster
  const { removedByHand, removalGuard, scimGroup, reconcileEveryMinutes } = roster
  return {
    builds,
    submitForReview,
    heldBuilds,
    seats,
    idle,
    unmanagedTesters,
    removal,
    removedByHand,
    removalGuard,
    scimGroup,
    reconcileEveryMinutes,
  }
}

/** For a page that repeats all policies: none of them may have been changed since it read them. */
export function assertPolicies(seen: Roster): (current: Roster) => void {
  return (current) => {
    if (!isDeepStrictEqual(policiesOf(current), policiesOf(seen))) throw new ChangedMeanwhile()
  }
}
