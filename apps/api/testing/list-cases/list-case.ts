/**
 * List in → plan out: what a whole list means beside a roster. To add a case, add a line to the table that it belongs to; `dressed.ts`
 * makes its cases from rules. `put-roster-cases.redis.test.ts` sends each as a dry run and for good.
 */
export interface ListCase {
  name: string
  /** Members by id: address, first and last name. Default: `ROSTER`. */
  roster?: Record<string, [email: string | null, firstName?: string, lastName?: string]>
  /** CSV as text or bytes, or JSON's `members`. */
  list: string | Buffer | Record<string, unknown>[]
  query?: string
  plan: Plan | { refused: RegExp }
}

export interface Plan {
  add?: string[]
  update?: string[]
  remove?: string[]
  /** Of `update`: whose address is cleared. */
  clear?: string[]
  /** A row could mean anybody: held, and nobody removed. */
  unclear?: true
  held?: true
  /** Numbers of the rows that are left out. */
  rejected?: number[]
}

export const ROSTER: NonNullable<ListCase['roster']> = {
  'u-1': ['ann@example.com', 'Ann', 'Lee'],
  'u-2': ['bob@example.com'],
  'u-3': ['cat@example.com'],
}

export const HEAD = 'id,email,firstName,lastName\n'
export const ANN = 'u-1,ann@example.com,Ann,Lee\n'
export const BOB = 'u-2,bob@example.com,,\n'
export const CAT = 'u-3,cat@example.com,,\n'
export const OWN = HEAD + ANN + BOB + CAT
export const APPLES = 'First Name,Last Name,Email\nAnn,Lee,ann@example.com\n,,bob@example.com\n,,Cat@Example.com\n'
export const NOBODY: Plan = {}
export const UNCLEAR: Plan = { unclear: true, held: true }

export const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
export const people = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at)
export const crowd = (count: number): NonNullable<ListCase['roster']> =>
  Object.fromEntries(people(count).map((at): [string, [string]] => [`u-${at}`, [`u-${at}@example.com`]]))
export const crowdCsv = (rows: number[], toRow = (at: number) => `u-${at},u-${at}@example.com`) =>
  `id,email\n${rows.map(toRow).join('\n')}\n`
export const ids = (rows: number[]) => rows.map((at) => `u-${at}`)
