import { byId, inNameOrderByTurns, sortInTurns, type Reconciliation, type Roster } from '@flightroster/core/domain'
import type { ApiDeps } from '../../deps.ts'
import { toCell } from '../../routes/members/csv.ts'
import type { Privacy } from '../privacy.ts'
import type { ListedPerson } from './person-table.ts'

/** A list may name a hundred thousand: each step is short, of the store and of ours. */
const AT_ONCE = 500

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
    const found: ListedPerson[] = []
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE)
      const records = await deps.leisure.take(() => members.findMany(some))
      // Who left long ago is forgotten, but for the id that the plan keeps.
      some.forEach((id, at) => {
        const { email = null, firstName = null, lastName = null } = records[at]?.desired ?? {}
        found.push({ id, email, firstName, lastName })
      })
    }
    const turn = () => deps.leisure.turn()
    return isOperator ? inNameOrderByTurns(found, turn) : sortInTurns(found, byId, turn)
  }
  const [added, changed, removed] = await Promise.all([
    people(plan.added ?? []),
    people(plan.updated ?? []),
    people([...plan.removals, ...(plan.cleared ?? [])]),
  ])
  return { added, changed, removed }
}

/** As a file for a spreadsheet, in pieces. */
export async function* planCsv(
  { leisure }: Pick<ApiDeps, 'leisure'>,
  people: PlanPeople,
): AsyncGenerator<string, void> {
  yield toRow(['change', 'id', 'email', 'firstName', 'lastName'])
  for (const change of ['added', 'changed', 'removed'] as const) {
    for (let from = 0; from < people[change].length; from += AT_ONCE) {
      await leisure.turn()
      yield people[change]
        .slice(from, from + AT_ONCE)
        .map(({ id, email, firstName, lastName }) => toRow([change, id, email, firstName, lastName]))
        .join('')
    }
  }
}

const toRow = (cells: readonly (string | null)[]) => `${cells.map(toCell).join(',')}\r\n`
