export const faultKinds = [
  ...(['status', 'drop', 'reset-mid', 'delay', 'drip', 'garbage', 'html', 'truncated', 'huge'] as const),
  ...(['wrong-shape', 'no-rate-header', 'empty-list', 'short-list', 'repeat-rows'] as const),
] as const
/** What can go wrong with a call. */
export type FaultKind = (typeof faultKinds)[number]

/** Which calls a fault hits; what is absent matches every call. */
export interface FaultMatch {
  method?: string
  /** The path itself, or as Apple writes the operation (`/v1/betaGroups/{id}`); or a pattern for the path. */
  path?: string | RegExp
  keyId?: string
  /** Only from the nth matching call on, counted from 1. */
  nth?: number
  /** Only so often, from 0 to 1, by a seeded generator. */
  probability?: number
}

/** A fault, which calls it hits, how often and how long. */
export interface FaultRule {
  /** How many calls it hits; 1, or without end where `forMs` or a probability is given. */
  times?: number
  /** How long it is in force, by the emulator's clock. */
  forMs?: number
  match?: FaultMatch
  /**
   * `before`: the call has no effect. `after`: it is carried out, and then fails. Kinds that spoil the real answer
   * always carry it out, unless told `before` where they can make an answer up.
   */
  when?: 'before' | 'after'
  kind: FaultKind
  /** For `status` (500), `html` (502) and `garbage`, `wrong-shape`, `huge` (200). */
  status?: number
  /** Instead of Apple's usual body for that status; a string is sent as it is. */
  body?: unknown
  /** Apple's error code in the usual body. */
  code?: string
  headers?: Record<string, string | string[]>
  /** For `delay`, and between the bytes of `drip` (1,000). */
  delayMs?: number
}

/** A rule that is in force. */
export interface ActiveRule extends FaultRule {
  readonly id: string
  /** How many calls it has hit so far. */
  hits: number
}

interface Held {
  rule: ActiveRule
  left: number
  until: number
  seen: number
}

interface Target {
  method: string
  path: string
  /** As Apple writes it; null for a path that is not served. */
  template: string | null
  keyId: string | null
}

/** The scripted faults. The first rule that fits a call takes it. */
export class Faults {
  #held: Held[] = []
  #nextId = 1
  #random: () => number

  constructor(seed = 1) {
    this.#random = seeded(seed)
  }

  add(rule: FaultRule, now: number): ActiveRule {
    const active: ActiveRule = { ...rule, id: String(this.#nextId++), hits: 0 }
    const isOpenEnded = rule.forMs !== undefined || rule.match?.probability !== undefined
    this.#held.push({
      rule: active,
      left: rule.times ?? (isOpenEnded ? Infinity : 1),
      until: rule.forMs === undefined ? Infinity : now + rule.forMs,
      seen: 0,
    })
    return active
  }

  /** Takes back one rule, or all. */
  clear(id?: string): void {
    this.#held = id === undefined ? [] : this.#held.filter(({ rule }) => rule.id !== id)
  }

  reseed(seed: number): void {
    this.#random = seeded(seed)
  }

  active(): ActiveRule[] {
    return this.#held.map(({ rule }) => rule)
  }

  /** The rule that this call falls under, now used up by one. */
  take(target: Target, now: number): ActiveRule | undefined {
    if (this.#held.length === 0) return undefined
    this.#held = this.#held.filter((held) => held.left > 0 && held.until > now)
    for (const held of this.#held) {
      if (!matches(held.rule.match ?? {}, target)) continue
      held.seen += 1
      if (held.seen < (held.rule.match?.nth ?? 1)) continue
      if (this.#random() >= (held.rule.match?.probability ?? 1)) continue
      held.left -= 1
      held.rule.hits += 1
      return held.rule
    }
    return undefined
  }
}

function matches({ method, path, keyId }: FaultMatch, target: Target): boolean {
  if (method !== undefined && method.toUpperCase() !== target.method) return false
  if (keyId !== undefined && keyId !== target.keyId) return false
  if (path === undefined) return true
  if (typeof path === 'string') return path === target.path || path === target.template
  path.lastIndex = 0
  return path.test(target.path)
}

/** mulberry32: small, and the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const replacing: readonly FaultKind[] = ['status', 'drop', 'html', 'garbage', 'huge', 'wrong-shape']
const alwaysApplied: readonly FaultKind[] = ['no-rate-header', 'empty-list', 'short-list', 'repeat-rows']

/** Whether the call must be carried out although the rule has it fail. */
export function isApplied({ kind, when }: FaultRule): boolean {
  if (alwaysApplied.includes(kind)) return true
  return when === undefined ? !replacing.includes(kind) : when === 'after'
}

/** A rule that came from outside, checked: its faults, or the rule. Over HTTP `pathPattern` stands for a pattern. */
export function parseRule(input: unknown): { rule: FaultRule } | { faults: string[] } {
  if (typeof input !== 'object' || input === null) return { faults: ['a rule must be an object'] }
  const { match, times, ...rest } = input as Record<string, unknown>
  const { pathPattern, ...plainMatch } = (match ?? {}) as Record<string, unknown>
  const faults: string[] = []
  if (!faultKinds.includes(rest.kind as FaultKind)) faults.push(`kind must be one of ${faultKinds.join(', ')}`)
  if (rest.when !== undefined && rest.when !== 'before' && rest.when !== 'after') {
    faults.push('when must be before or after')
  }
  // JSON has no infinity: null or "always" stand for it.
  const count = times === null || times === 'always' ? Infinity : times
  if (count !== undefined && typeof count !== 'number') faults.push('times must be a number, null or "always"')
  let path: string | RegExp | undefined = plainMatch.path as string | undefined
  try {
    if (typeof pathPattern === 'string') path = new RegExp(pathPattern)
  } catch {
    faults.push('match.pathPattern is not a regular expression')
  }
  if (faults.length > 0) return { faults }
  const rule = { ...rest, match: { ...plainMatch, ...(path === undefined ? {} : { path }) } } as unknown as FaultRule
  return { rule: { ...rule, ...(count === undefined ? {} : { times: count as number }) } }
}
