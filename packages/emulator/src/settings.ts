/** How the emulator behaves where Apple's behaviour is a choice, unknown or changes. All of it can be changed live. */
export interface QuotaSettings {
  /** Calls a key may make in one rolling window. */
  hourLimit: number
  windowMs: number
  /** Calls a key may make in one rolling minute; null is no such limit. */
  minuteLimit: number | null
  /** What `x-rate-limit` looks like. */
  header: 'hour' | 'minute' | 'both' | 'two-lines' | 'none' | 'garbage'
  /** Stands between the hour and the minute part where `header` is `both`. */
  headerDelimiter: string
}

/** How the emulator behaves, changeable while it runs; times are ms. */
export interface Settings {
  quota: QuotaSettings
  /** A tester write shows in reads only this much later; writes always see the truth. */
  readLagMs: number
  latencyMs: number
  /** INVITED turns ACCEPTED after this; null: only by command. */
  acceptAfterMs: number | null
  /** ACCEPTED turns INSTALLED after this; null: only by command. */
  installAfterMs: number | null
  /** A build waiting for beta review is approved after this; null: only by command. */
  approveAfterMs: number | null
  /** Whether lists carry `meta.paging.total`. */
  totals: boolean
  /** Whether `links.next` repeats the limit (the cursor carries it anyway). */
  nextLinkLimit: boolean
  /** A tester record belongs to one app, or to the whole team. */
  recordScope: 'app' | 'team'
  /** How long an app-level removal takes after its 202; 0 is at once. */
  appRemovalMs: number
  /** What is left of a tester removed from the last app: nothing, or a row in state REVOKED that a create replaces. */
  removedRow: 'dropped' | 'revoked'
  malformedEmailAnswer: 400 | 409 | 422
  addMemberAgain: 204 | 409
  removeNonMember: 204 | 404 | 409
  /** A create for an address already in the app. 201 answers with the existing tester and adds it to the group. */
  createExisting: 201 | 409
  /** With records of the whole team: a create for an address that the team has in another app. 201 answers with that record. */
  createShared: 201 | 409
  /** With records of the whole team: whether the filter by app shows a record that came into the app through a group. */
  sharedInAppFilter: boolean
  /** Adding a REVOKED tester to a group: answered 204 without effect, or a fresh invitation. */
  revokedAdd: 'ignored' | 'applied'
  /** What a relationship call with one bad id has done to the good ids before it. */
  badBatch: 'nothing' | 'part'
  /** An unknown group in a call on the tester's side. */
  unknownGroupOfTester: 'ignored' | 'refused'
  seatsPerApp: number
  seatsFullAnswer: 409 | 422
  /** A relationship call with more items is refused; null takes any number. */
  chunkMax: number | null
  chunkMaxAnswer: 409 | 422
  /** How far usage figures trail. */
  usageDelayMs: number
  /** Who has a row of usage: those who installed; the same, all zero; nobody, as Apple's figures once were for weeks. */
  usageRows: 'installed' | 'zero' | 'none'
  /** The dimension of a row: a text by Apple's schema, an object as it was seen. */
  usageDimension: 'string' | 'object'
  /** One data point of the whole period, or one a day. */
  usagePoints: 'period' | 'day'
  /** How many calls, mails and violations the ledgers keep, newest first to stay. */
  ledgerMax: number
}

/** The settings to change; the others stay. */
export type SettingsPatch = Partial<Omit<Settings, 'quota'>> & { quota?: Partial<QuotaSettings> }

export function defaultSettings(): Settings {
  return {
    quota: { hourLimit: 3600, windowMs: 3_600_000, minuteLimit: null, header: 'hour', headerDelimiter: ',' },
    readLagMs: 0,
    latencyMs: 0,
    acceptAfterMs: null,
    installAfterMs: null,
    approveAfterMs: null,
    totals: true,
    nextLinkLimit: true,
    recordScope: 'app',
    appRemovalMs: 0,
    removedRow: 'dropped',
    malformedEmailAnswer: 409,
    addMemberAgain: 409,
    removeNonMember: 409,
    createExisting: 409,
    createShared: 201,
    sharedInAppFilter: true,
    revokedAdd: 'ignored',
    badBatch: 'nothing',
    unknownGroupOfTester: 'ignored',
    seatsPerApp: 10_000,
    seatsFullAnswer: 409,
    chunkMax: null,
    chunkMaxAnswer: 409,
    usageDelayMs: 0,
    usageRows: 'installed',
    usageDimension: 'string',
    usagePoints: 'period',
    ledgerMax: 500_000,
  }
}

interface Rule {
  says: string
  holds(value: unknown): boolean
}

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
const count: Rule = { says: 'a number of 0 or more', holds: isCount }
const countOrNull: Rule = { says: 'a number of 0 or more, or null', holds: (value) => value === null || isCount(value) }
const flag: Rule = { says: 'true or false', holds: (value) => typeof value === 'boolean' }
const text: Rule = { says: 'a text', holds: (value) => typeof value === 'string' }
const oneOf = (...allowed: unknown[]): Rule => ({
  says: `one of ${allowed.join(', ')}`,
  holds: (value) => allowed.includes(value),
})

const quotaRules: Record<keyof QuotaSettings, Rule> = {
  hourLimit: count,
  windowMs: count,
  minuteLimit: countOrNull,
  header: oneOf('hour', 'minute', 'both', 'two-lines', 'none', 'garbage'),
  headerDelimiter: text,
}

const rules: Record<keyof Omit<Settings, 'quota'>, Rule> = {
  readLagMs: count,
  latencyMs: count,
  acceptAfterMs: countOrNull,
  installAfterMs: countOrNull,
  approveAfterMs: countOrNull,
  totals: flag,
  nextLinkLimit: flag,
  recordScope: oneOf('app', 'team'),
  appRemovalMs: count,
  removedRow: oneOf('dropped', 'revoked'),
  malformedEmailAnswer: oneOf(400, 409, 422),
  addMemberAgain: oneOf(204, 409),
  removeNonMember: oneOf(204, 404, 409),
  createExisting: oneOf(201, 409),
  createShared: oneOf(201, 409),
  sharedInAppFilter: flag,
  revokedAdd: oneOf('ignored', 'applied'),
  badBatch: oneOf('nothing', 'part'),
  unknownGroupOfTester: oneOf('ignored', 'refused'),
  seatsPerApp: count,
  seatsFullAnswer: oneOf(409, 422),
  chunkMax: countOrNull,
  chunkMaxAnswer: oneOf(409, 422),
  usageDelayMs: count,
  usageRows: oneOf('installed', 'zero', 'none'),
  usageDimension: oneOf('string', 'object'),
  usagePoints: oneOf('period', 'day'),
  ledgerMax: count,
}

/** Every fault of a settings patch that came from outside; an empty list means it may be applied. */
export function settingsFaults(patch: unknown): string[] {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return ['settings must be an object']
  const { quota, ...flat } = patch as { quota?: unknown }
  return [...faultsOf(flat, rules, ''), ...(quota === undefined ? [] : faultsOf(quota, quotaRules, 'quota.'))]
}

function faultsOf(values: unknown, rules: Record<string, Rule>, prefix: string): string[] {
  if (typeof values !== 'object' || values === null) return [`${prefix.slice(0, -1)} must be an object`]
  return Object.entries(values).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule) return [`${prefix}${name} is not a setting`]
    return value === undefined || rule.holds(value) ? [] : [`${prefix}${name} must be ${rule.says}`]
  })
}

/** Changes the settings in place: everything holds the same object, so a change is live at once. */
export function applySettings(settings: Settings, patch: SettingsPatch): void {
  const { quota, ...flat } = patch
  assignDefined(settings, flat)
  if (quota) assignDefined(settings.quota, quota)
}

function assignDefined<T extends object>(target: T, patch: Partial<T>): void {
  for (const [name, value] of Object.entries(patch)) if (value !== undefined) Object.assign(target, { [name]: value })
}
