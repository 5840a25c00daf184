/** What keeps a broken upstream list, or a broken reading of Apple, from emptying a group. */
export interface GuardSettings {
  percent: number
  atLeast: number
}

/** A plan as the guard against mass removal judges it. */
export interface GuardInput {
  settings: GuardSettings
  /** Members that the plan removes, and present members before it. */
  removals: number
  size: number
  /** What was removed without anybody's approval over all rosters of the team key in the last day. */
  recent: RecentRemovals
  /** The plan leaves nobody. */
  empties: boolean
  allowEmpty: boolean
}

/** Removals of one team key in the last day, summed over its rosters. */
export interface RecentRemovals {
  removals: number
  /** Sum of the sizes of their rosters at the time. */
  sizes: number
  /** Sum of the shares (0..1) of their rosters. */
  shares: number
}

/** Whether a plan waits for a person, and which limit it passed: of the roster, of the team key, or that nobody would be left. */
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
  return addsUp(input, share, allowed) ? { held: true, reason: 'team_key' } : { held: false }
}

/** Shares alone would let one who left a roster of two weigh as much as half of a large one, so the people count too. */
function addsUp({ recent, removals, size }: GuardInput, share: number, allowed: number): boolean {
  if (recent.removals === 0 || share + recent.shares <= allowed * KEY_FACTOR) return false
  return (recent.removals + removals) / Math.max(1, recent.sizes + size) > allowed / 2
}
