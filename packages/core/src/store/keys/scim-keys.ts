import { ROOT } from './root.ts'

export interface ScimKeys {
  /** hash: user id → ScimUser */
  users: string
  /** hash: group id → ScimGroup */
  groups: string
  /** sorted sets, all scores 0: what users and groups are found by, `<letter>:<value>\0<id>` */
  userIndex: string
  groupIndex: string
  /** sorted sets: ids by when they were made (ms): the order of lists */
  userOrder: string
  groupOrder: string
  /** sorted set, all scores 0: ids of the users of one group */
  members: (groupId: string) => string
  /**
   * hash with expiry, while changes of one group are under way that take several steps: `#` → the last of them, `#whole` → the last one
   * that says who is in as a whole, `#open` → how many there are, user id → the last one that said something of the user
   */
  changes: (groupId: string) => string
  /** hash: user id → ids of their groups, each between commas */
  memberships: string
  /** hash: user id → when something about them changed last (ms), later with each change */
  revisions: string
  /** sorted set: users about whom the rosters are still to be told, by revision */
  touched: string
  /** hash: user id → ScimTold (scim-told.ts) */
  told: string
  /** sorted set: groups that were renamed or deleted and whose members are still to be looked at, by when (ms), later each time */
  unsettled: string
  /** set: deleted groups that a former version has not looked at to the end */
  closing: string
  /** list: what was out of the ordinary, newest first */
  notes: string
  /** set with expiry: lines about that which one hour has seen */
  said: (hour: number) => string
}

/** One slot for each directory. No team key id holds a colon, so the hash tag is nobody else's. */
export function scimKeys(directoryId: string): ScimKeys {
  const root = `${ROOT}:{scim:${directoryId}}`
  return {
    users: `${root}:users`,
    groups: `${root}:groups`,
    userIndex: `${root}:user-index`,
    groupIndex: `${root}:group-index`,
    userOrder: `${root}:user-order`,
    groupOrder: `${root}:group-order`,
    members: (groupId) => `${root}:members:${groupId}`,
    changes: (groupId) => `${root}:changes:${groupId}`,
    memberships: `${root}:memberships`,
    revisions: `${root}:revisions`,
    touched: `${root}:touched`,
    told: `${root}:told`,
    unsettled: `${root}:unsettled`,
    closing: `${root}:closing`,
    notes: `${root}:notes`,
    said: (hour) => `${root}:said:${hour}`,
  }
}
