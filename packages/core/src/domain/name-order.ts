import { setImmediate as breathe } from 'node:timers/promises'
import { byId, SORTED_AT_ONCE, sortInTurns } from './sort-in-turns.ts'

/** What sorting by name looks at. */
export interface Named {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true })

/** As people read a list: by name, without case and accents; who has none stands by the address, else by the id. */
export function inNameOrder<T extends Named>(people: readonly T[]): T[] {
  const keyed = people.map((person) => toKeyed(person, textOf(person)))
  return keyed.sort(compare).map(({ person }) => person)
}

/** The same of however many, in pieces, with a turn for others before each but the first. */
export async function inNameOrderByTurns<T extends Named>(
  people: readonly T[],
  turn: () => Promise<unknown> = breathe,
): Promise<T[]> {
  const keyed: Keyed<T>[] = []
  for (const person of people) {
    if (keyed.length > 0 && keyed.length % SORTED_AT_ONCE === 0) await turn()
    keyed.push(toKeyed(person, textOf(person)))
  }
  const sorted = await sortInTurns(keyed, compare, turn)
  return sorted.map(({ person }) => person)
}

/** The first by name of however many come. */
export interface FirstByName<T> {
  add(person: T): void
  /** How many came. */
  count(): number
  list(): T[]
}

/** The first `most` by name; twice as many are in memory at most. */
export function firstByName<T extends Named>(most: number): FirstByName<T> {
  let people: T[] = []
  let count = 0
  return {
    add(person) {
      count++
      people.push(person)
      if (people.length >= 2 * most) people = inNameOrder(people).slice(0, most)
    },
    count: () => count,
    list: () => inNameOrder(people).slice(0, most),
  }
}

const textOf = ({ firstName, lastName, email, id }: Named) =>
  [firstName, lastName].filter(Boolean).join(' ') || email || id

interface Keyed<T> {
  person: T
  text: string
  /** Undefined where only the collator knows the order. */
  key: string | undefined
}

const compare = (a: Keyed<Named>, b: Keyed<Named>) => compareKeyed(a, b) || byId(a.person, b.person)

const toKeyed = <T>(person: T, text: string): Keyed<T> => ({ person, text, key: toKey(text) })

/** The collator's order. Asking it for each pair of ten thousand names takes four times as long as all the rest of a list. */
function compareKeyed(a: Keyed<unknown>, b: Keyed<unknown>): number {
  if (a.key === undefined || b.key === undefined) return collator.compare(a.text, b.text)
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

/** Where the collator puts each letter and sign of ASCII: `a` and `A` at one place, signs before digits before letters. */
const PLACES: string[] = []
const ASCII = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).sort(collator.compare)
for (const [at, letter] of ASCII.entries()) {
  const before = ASCII[at - 1]
  const place =
    before !== undefined && collator.compare(before, letter) === 0 ? PLACES[before.charCodeAt(0)] : undefined
  PLACES[letter.charCodeAt(0)] = place ?? String.fromCharCode(1 + at)
}
const [ZERO, NINE] = [0x30, 0x39]
const NUMBER = PLACES[ZERO] ?? ''

/** A text whose order as it is written is the collator's of the one given; undefined where that is not of plain letters. */
export function toKey(text: string): string | undefined {
  const plain = PLAIN.test(text) ? text : text.normalize('NFD').replaceAll(ACCENTS, '')
  if (!PLAIN.test(plain)) return undefined
  let key = ''
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt(at)
    if (code < ZERO || code > NINE) {
      key += PLACES[code] ?? ''
      continue
    }
    // A number stands by its value: of more digits after one of fewer.
    const from = at
    while (isDigit(plain.charCodeAt(at + 1))) at++
    const digits = plain.slice(from, at + 1).replace(LEADING_ZEROS, '')
    if (digits.length > LONGEST_NUMBER) return undefined
    key += NUMBER + String.fromCharCode(digits.length) + digits
  }
  return key
}

const isDigit = (code: number) => code >= ZERO && code <= NINE

const PLAIN = /^[ -~]*$/
const ACCENTS = /[\u0300-\u036f]/g
const LEADING_ZEROS = /^0+(?=\d)/
/** The collator takes longer ones apart. */
const LONGEST_NUMBER = 200
