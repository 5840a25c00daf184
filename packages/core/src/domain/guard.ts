/** What keeps a broken upstream list, or a broken reading of Apple, from emptying a group. */
export interface GuardSettings {
  percent: number
  atLeast: number
}

export interface GuardInput {
  settings: GuardSettings
  /** Members that the plan removes, and present members before it. */
  removals: number
  size: number
  /** What was removed over all rosters of the team key in the last day, each as a share (0..1) of its roster at the time. */
  recentShares: number
  /** The plan leaves nobody. */
  empties: boolean
  allowEmpty: boolean
}

export type GuardVerdict = { held: false } | { held: true; reason: 'roster' | 'team_key' | 'empty' }

/** Several rosters of one key that each stay just below their guard may lose this many times the percent between them. */
const KEY_FACTOR = 2

/** Trips when the removals exceed both bounds of the roster, when the shares add up over the key, or when nobody is left. */
export function judgeRemovals(input: GuardInput): GuardVerdict {
  const { settings, removals, size } = input
  if (removals === 0) return { held: false }
  if (input.empties && !input.allowEmpty) return { held: true, reason: 'empty' }
  const share = size === 0 ? 0 : removals / size
  const allowed = settings.percent / 100
  if (removals < settings.atLeast) return { held: false }
  if (share > allowed && !(input.empties && input.allowEmpty)) return { held: true, reason: 'roster' }
  if (share + input.recentShares > allowed * KEY_FACTOR && input.recentShares > 0) return { held: true, reason: 'team_key' }
  return { held: false }
}
