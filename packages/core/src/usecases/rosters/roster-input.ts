import type { RosterPolicies } from '../../domain/roster.ts'

export interface RosterInput extends RosterPolicies {
  id: string
  teamKey: string
  app: { bundleId: string } | { id: string }
  group: { id: string } | { name: string; create: boolean }
}
