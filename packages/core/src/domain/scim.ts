/** What the rosters know of a SCIM user. */
export interface ScimProfile {
  email: string | null
  firstName: string | null
  lastName: string | null
}

/** A user that an identity provider keeps in a directory. */
export interface ScimUser {
  v: 1
  /** The member id on every roster. */
  id: string
  userName: string
  externalId: string | null
  active: boolean
  profile: ScimProfile
  /** As the provider sent it, without passwords: providers read it back and compare. */
  resource: Record<string, unknown>
  createdAt: number
  updatedAt: number
}

/** A group of a directory; its members are kept beside it (store: ScimDirectoryStore). */
export interface ScimGroup {
  v: 1
  id: string
  displayName: string
  externalId: string | null
  /** Its first members are still being put in. Where that ended on the way, the same request makes it to its end. */
  making?: true
  createdAt: number
  updatedAt: number
}

/** The users and groups that tokens of one reach share, so that a new token goes on where the former one ended. */
export interface ScimDirectory {
  id: string
  /** The rosters that its groups may lead to; null: all. */
  rosters: string[] | null
}

/** What was out of the ordinary in a request; never an address or a name. */
export interface ScimNote {
  at: number
  detail: string
}

/** What the rosters were told of one user. */
export interface ScimTold {
  /** Rosters that were told of the user as a member. */
  rosters: string[]
  /** Those of which it is not known whether they were told: they are told again. */
  unsure: string[]
  /** Rosters where the user stays because the guard held the removal. */
  kept: string[]
  profile: ScimProfile
  isProfileUnsure: boolean
}

/** Of a user of whom no roster has been told yet. */
export const NOTHING_TOLD: ScimTold = {
  rosters: [],
  unsure: [],
  kept: [],
  profile: { email: null, firstName: null, lastName: null },
  isProfileUnsure: false,
}

/** What the rosters are to be told of one user, and what is to be kept before and after. */
export interface ScimPlan {
  joins: string[]
  updates: string[]
  leaves: string[]
  /** To be kept once everything is told. */
  told: ScimTold
  /** To be kept with it before anything is told: whoever comes later knows what may have been told. */
  unsure: ScimUnsure
}

/** What may have been told and may not: it is told once more. */
export type ScimUnsure = Pick<ScimTold, 'unsure' | 'isProfileUnsure'>

/**
 * Pure: what has to be told so that the rosters know of a user what is so. `wanted`: the rosters of the user's groups;
 * `isNamed`: whether a roster still takes its people from SCIM. Where it does not, its members stay. Undefined where nothing is
 * to be told or noted.
 */
export function planScimUser(
  user: Pick<ScimUser, 'active' | 'profile'> | undefined,
  told: ScimTold,
  wanted: readonly string[],
  isNamed: (roster: string) => boolean,
): ScimPlan | undefined {
  const isIn = user?.active === true
  const rosters = isIn && wanted.length > 0 ? (wanted.length === 1 ? [...wanted] : [...new Set(wanted)].sort()) : []
  const profile = user?.profile ?? told.profile
  const isChanged =
    told.isProfileUnsure ||
    told.profile.email !== profile.email ||
    told.profile.firstName !== profile.firstName ||
    told.profile.lastName !== profile.lastName
  const joins: string[] = []
  const updates: string[] = []
  for (const roster of rosters) {
    if (!told.rosters.includes(roster) || told.unsure.includes(roster)) joins.push(roster)
    else if (isChanged) updates.push(roster)
  }
  const gone: string[] = []
  const addGone = (known: readonly string[]) => {
    for (const roster of known) if (!rosters.includes(roster) && !gone.includes(roster)) gone.push(roster)
  }
  addGone(told.rosters)
  addGone(told.unsure)
  // Who is switched off or deleted leaves for good, a removal that was held among them.
  if (!isIn) addGone(told.kept)
  const leaves = gone.filter(isNamed)
  const kept = told.kept.filter((roster) => isIn && !rosters.includes(roster) && isNamed(roster))
  const isSame = joins.length + updates.length + gone.length === 0 && !isChanged && kept.length === told.kept.length
  if (isSame) return undefined
  return {
    joins,
    updates,
    leaves,
    told: { rosters, unsure: [], kept, profile, isProfileUnsure: false },
    unsure: { unsure: [...joins, ...leaves], isProfileUnsure: updates.length > 0 },
  }
}

const MOST_ADDRESSES = 100
const LONGEST_ADDRESS = 254

/** Every address of a user's `emails`, as they are looked for: providers look for people by them. */
export function scimAddresses({ resource }: Pick<ScimUser, 'resource'>): string[] {
  const name = Object.keys(resource).find((key) => key.toLowerCase() === 'emails')
  const list: unknown = name === undefined ? [] : resource[name]
  const found = (Array.isArray(list) ? list : [list]).slice(0, MOST_ADDRESSES).flatMap((item: unknown) => {
    const fields = typeof item === 'object' && item !== null ? Object.entries(item) : [['value', item] as const]
    const value: unknown = fields.find(([key]) => key.toLowerCase() === 'value')?.[1]
    return typeof value === 'string' && value.length <= LONGEST_ADDRESS && !/\p{Cc}/u.test(value)
      ? [scimNameKey(value)]
      : []
  })
  return [...new Set(found)]
}

/** Names are compared without case and surrounding blanks. */
export function scimNameKey(name: string): string {
  return name.trim().toLowerCase()
}

const ATTRIBUTE =
  /^(?:urn:[\w:.-]+:)?[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*(?:\[[A-Za-z][\w.-]* eq (?:"[^"\\]*"|true|false)\](?:\.[A-Za-z][\w-]*)?)?$/

/** An attribute path that an address can be read from: `nickName`, `emails[type eq "other"].value`, an extension's attribute. */
export function isScimAttribute(text: string): boolean {
  return text.length <= 256 && ATTRIBUTE.test(text)
}
