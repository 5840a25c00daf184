import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'
import {
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  readJson,
  text as string,
  tuple,
} from '../../domain/shape.ts'

/**
 * What is desired of a member is kept as `2 <version> <joined> <time> <at - time> <present: 0|1>`, then what does not change with the
 * version, as a list of JSON: address, first name, last name, and where there is more, an object of it. Before, all of it was one object
 * of JSON; records of members who have not changed since are, too. The first part is written by record-changes.lua (desired.lua), the
 * second here.
 */
type Tail = [email: string | null, firstName: string | null, lastName: string | null, more?: { index: string[] }]

const tailShape = tuple<Tail>(
  nullable(string),
  nullable(string),
  nullable(string),
  optional(object<{ index: string[] }>({ index: list(string) })),
)

const desiredShape = object<Desired>({
  v: oneOf(1),
  version: number,
  present: flag,
  email: nullable(string),
  firstName: nullable(string),
  lastName: nullable(string),
  time: number,
  at: number,
  index: optional(list(string)),
  joined: number,
})

export function parseDesired(text: string): Desired {
  if (text.startsWith('{')) return readJson(desiredShape, text, 'What is desired of a member')
  const end = text.indexOf('[')
  const [, version = 0, joined = 0, time = 0, since = 0, present] = text.slice(0, end).split(' ').map(Number)
  const [email, firstName, lastName, more] = readJson(tailShape, text.slice(end), 'What is desired of a member')
  return {
    v: 1,
    version,
    present: present === 1,
    email,
    firstName,
    lastName,
    time,
    at: time + since,
    joined,
    ...more,
  }
}

/** The part of it that a list is ordered by: ten thousand at once are read without the rest. */
export function parsePerson(text: string): Pick<Desired, 'email' | 'firstName' | 'lastName'> {
  if (text.startsWith('{')) return parseDesired(text)
  const [email, firstName, lastName] = readJson(tailShape, text.slice(text.indexOf('[')), 'What is desired of a member')
  return { email, firstName, lastName }
}

/** The end of a record, as the step of intake writes it. `packed`: in the short form. */
export function formatTail(
  member: string,
  { email, firstName, lastName }: Pick<Desired, 'email' | 'firstName' | 'lastName'>,
  packed: boolean,
): string {
  // The store makes the index entry where it can (find-holders.lua); it knows no letters but those of ASCII.
  const more = email !== null && NOT_PLAIN.test(email) ? { index: [`e:${emailKey(email)}\u0000${member}`] } : undefined
  if (!packed) return `,${JSON.stringify({ email, firstName, lastName, ...more }).slice(1)}`
  return JSON.stringify(more ? [email, firstName, lastName, more] : [email, firstName, lastName])
}

const NOT_PLAIN = /\P{ASCII}|^\s|\s$/u
