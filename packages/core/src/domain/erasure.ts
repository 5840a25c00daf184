/** A person's memberships of one roster that are to be forgotten once the person is out of its group. */
export interface Erasure {
  v: 1
  id: string
  roster: string
  members: string[]
  /** The address (lower-cased) that was asked for. */
  email: string
  requestedAt: number
  /** What it is a part of, over all rosters. */
  person?: string
  /** Once the members are forgotten: what the logs of callbacks know them by, opaque. Nothing else is kept then. */
  refs?: string[]
}

/** The erasure of a person, over all rosters; it knows no address. */
export interface PersonErasure {
  id: string
  startedAt: number
  /** One for each roster that the person was on. */
  parts: { id: string; roster: string; teamKey: string; doneAt: number | null }[]
}
