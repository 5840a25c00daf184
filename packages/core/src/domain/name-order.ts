export interface Named {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true })

/** As people read a list: by name, without case and accents; who has none stands by the address, else by the id. */
export function inNameOrder<T extends Named>(people: readonly T[]): T[] {
  const keyed = people.map((person) => ({ person, key: keyOf(person) }))
  keyed.sort((a, b) => collator.compare(a.key, b.key) || (a.person.id < b.person.id ? -1 : 1))
  return keyed.map(({ person }) => person)
}

const keyOf = ({ firstName, lastName, email, id }: Named) =>
  [firstName, lastName].filter(Boolean).join(' ') || email || id
