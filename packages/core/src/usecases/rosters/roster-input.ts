import type { RosterPolicies } from '../../domain/roster.ts'

/** A roster as a request gives it: its app and group are found, or the group made, at Apple. */
export interface RosterInput extends RosterPolicies {
  id: string
  teamKey: string
  app: { bundleId: string } | { id: string }
  group: { id: string } | { name: string; create: boolean }
}
