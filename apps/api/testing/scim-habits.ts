/**
 * What the doubles of identity providers (`scim-doubles.ts`) go by: what each sends, when it sends it again, and what it gives up, as they document it or
 * as their source says. The clock is one that tests set; it jumps to whatever is due next.
 */
export interface Habits {
  name: string
  /** Between two cycles. */
  everyMinutes: number
  /** How a user is changed and switched off; a text for a boolean is Entra ID's. */
  changesBy: 'PUT' | 'PATCH' | 'PATCH with texts'
  /** Who is unassigned is deleted at once, or switched off. */
  leavesBy: 'switch' | 'DELETE'
  /** The group is pushed, or made by hand. */
  pushesGroups: boolean
  /** Sent with the group, so that it is found again by it. */
  groupHasExternalId?: boolean
  /** Looked for before it is made, and not only after a 409. */
  looksFirst: boolean
  /** How people are put in and taken out: all as one list, one operation each, or by filter. */
  adds: 'list' | 'each'
  removes: 'list' | 'each' | 'filter'
  /** Reads the group in each cycle and sends what differs. */
  readsGroup?: boolean
  /** After 429 everything waits until the time that the server names, or what was refused. Nobody asks earlier. */
  after429: 'all wait' | 'each waits'
  /**
   * Minutes until what got no answer, or a 5xx, is sent again: after the first failure, the second, and so on; the last for all after
   * it. None: once somebody presses "Retry".
   */
  retriesAfter: readonly number[]
  /** Whether that holds for what was refused with 400 as well; else it waits for somebody. */
  retriesRefused: boolean
  quarantine?: Quarantine
  /** What of all that is published nowhere; docs/scim.md says so. */
  assumed: readonly Assumption[]
}

/** What tests may assume of a provider, as docs/scim.md puts it. */
export const ASSUMPTIONS = {
  cycle: 'how often it goes over everything',
  looksFirst: 'whether it looks for a group before it makes it',
  removes: 'how it takes somebody out of a group',
  retries: 'when it sends again what failed',
  after429: 'what it does after 429',
  bodies: 'the bodies of its requests',
} as const

type Assumption = keyof typeof ASSUMPTIONS

/** A provider that slows down where its requests fail, and stops in the end. */
export interface Quarantine {
  everyMinutes: number
  /** This part of so many tries and more, or so many failures in all. A refused token leads there at once. */
  share: number
  tries: number
  failures: number
  stopsAfterDays: number
}

export const DOUBLES: Habits[] = [
  {
    // learn.microsoft.com: a cycle each 40 minutes, failed objects back off each for itself, quarantine down to once a day.
    name: 'Entra ID',
    everyMinutes: 40,
    changesBy: 'PATCH with texts',
    leavesBy: 'switch',
    pushesGroups: true,
    groupHasExternalId: true,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'each waits',
    retriesAfter: [6 * 60, 12 * 60, 24 * 60],
    retriesRefused: true,
    quarantine: { everyMinutes: 24 * 60, share: 0.4, tries: 5_000, failures: 40_000, stopsAfterDays: 28 },
    assumed: [],
  },
  {
    // support.okta.com: goes by Retry-After; whatever else failed waits under "Tasks" for somebody.
    name: 'Okta',
    everyMinutes: 1,
    changesBy: 'PUT',
    leavesBy: 'switch',
    pushesGroups: true,
    looksFirst: true,
    adds: 'list',
    removes: 'filter',
    after429: 'all wait',
    retriesAfter: [],
    retriesRefused: false,
    assumed: ['retries'],
  },
  {
    // authentik's source: every four hours, 409 is looked up, groups are read back and compared, whatever failed is tried again.
    name: 'authentik',
    everyMinutes: 240,
    changesBy: 'PUT',
    leavesBy: 'DELETE',
    pushesGroups: true,
    groupHasExternalId: true,
    looksFirst: false,
    adds: 'each',
    removes: 'filter',
    readsGroup: true,
    after429: 'each waits',
    retriesAfter: [1, 2, 4, 240],
    retriesRefused: true,
    assumed: [],
  },
  {
    name: 'JumpCloud',
    everyMinutes: 10,
    changesBy: 'PUT',
    leavesBy: 'switch',
    pushesGroups: true,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'each waits',
    retriesAfter: [],
    retriesRefused: false,
    assumed: ['looksFirst', 'cycle', 'retries', 'after429'],
  },
  {
    // Goes by groups that are here, changes users by PUT; failed tasks wait for somebody.
    name: 'OneLogin',
    everyMinutes: 1,
    changesBy: 'PUT',
    leavesBy: 'DELETE',
    pushesGroups: false,
    looksFirst: true,
    adds: 'list',
    removes: 'filter',
    after429: 'each waits',
    retriesAfter: [],
    retriesRefused: false,
    assumed: ['removes', 'retries', 'after429'],
  },
  {
    name: 'Google Workspace',
    everyMinutes: 180,
    changesBy: 'PATCH',
    leavesBy: 'switch',
    pushesGroups: false,
    looksFirst: true,
    adds: 'list',
    removes: 'list',
    after429: 'each waits',
    retriesAfter: [180, 360, 720, 1440],
    retriesRefused: true,
    assumed: ['bodies', 'retries', 'after429'],
  },
]
