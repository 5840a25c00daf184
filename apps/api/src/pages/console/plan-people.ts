import { inNameOrder, type Reconciliation, type Roster } from '@flightroster/core/domain'
import type { MemberRecord } from '@flightroster/core/store'
import type { ApiDeps } from '../../deps.ts'
import { toCell } from '../../routes/members/csv.ts'
import type { Privacy } from '../privacy.ts'
import type { ListedPerson } from './person-table.ts'

/** A list may name a hundred thousand: each step of the store is short. */
const READ_AT_ONCE = 1_000

/** Whom a plan is about, in order. */
export interface PlanPeople {
  added: ListedPerson[]
  changed: ListedPerson[]
  removed: ListedPerson[]
}

/** By name, but for who sees no names: their order would tell them. */
export async function readPlanPeople(
  deps: ApiDeps,
  roster: Roster,
  plan: Reconciliation,
  { isOperator }: Pick<Privacy, 'isOperator'>,
): Promise<PlanPeople> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const people = async (ids: readonly string[]) => {
    const records: (MemberRecord | undefined)[] = []
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      records.push(...(await members.findMany(ids.slice(from, from + READ_AT_ONCE))))
    }
    // Who left long ago is forgotten, but for the id that the plan keeps.
    const found = ids.map((id, at) => {
      const { email = null, firstName = null, lastName = null } = records[at]?.desired ?? {}
      return { id, email, firstName, lastName }
    })
    return isOperator ? inNameOrder(found) : found.sort((a, b) => (a.id < b.id ? -1 : 1))
  }
  const [added, changed, removed] = await Promise.all([
    people(plan.added ?? []),
    people(plan.updated ?? []),
    people([...plan.removals, ...(plan.cleared ?? [])]),
  ])
  return { added, changed, removed }
}

/** As a file for a spreadsheet. */
export function planCsv(people: PlanPeople): string {
  const rows = (['added', 'changed', 'removed'] as const).flatMap((change) =>
    people[change].map(({ id, email, firstName, lastName }) => [change, id, email, firstName, lastName]),
  )
  return [['change', 'id', 'email', 'firstName', 'lastName'], ...rows]
    .map((cells) => `${cells.map(toCell).join(',')}\r\n`)
    .join('')
}
