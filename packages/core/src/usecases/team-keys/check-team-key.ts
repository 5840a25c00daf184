import { randomUUID } from 'node:crypto'
import { importSigningKey, type AppleSession, type AppRow, type CallRecord } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import type { Problem, TeamKey, TeamKeyStatus } from '../../domain/roster.ts'
import { ERROR_RULES, isAppError, type ErrorCode } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { createFlights } from '../flights.ts'
import { lawTask } from '../schedule/tasks.ts'
import { openCredentials, openSession, type AppleDeps } from './open-session.ts'

/** One step of the check of a team key, in words, and what to do where it failed. */
export interface Finding {
  check: 'key_signs' | 'clock' | 'key_accepted' | 'role' | 'agreements' | 'apps'
  /** null: could not be judged, since an earlier step failed. */
  ok: boolean | null
  detail: string
  action: string | null
}

export interface CheckDeps extends AppleDeps {
  store: Store
  clock: Clock
}

/** Random 401s on good keys are common: one means nothing. */
const KEY_TRIES = 3
const CLOCK_TOLERANCE_MS = 30_000

const checks = createFlights<Finding[]>()

/**
 * Tries everything a team key is needed for, changing nothing at Apple; a passed check lets a stopped lane go on, and has the worker
 * look whether each of its members is converged or waits somewhere. Asked for many times at once, it is done once.
 */
export async function checkTeamKey(deps: CheckDeps, teamKey: TeamKey): Promise<Finding[]> {
  // Of a key that was replaced nothing is told.
  return (await checks(deps.store, `${teamKey.id}:${teamKey.updatedAt}`, () => check(deps, teamKey))).answer
}

async function check(deps: CheckDeps, teamKey: TeamKey): Promise<Finding[]> {
  await deps.store.lane(teamKey.id).schedule.plan(lawTask(teamKey.id), deps.clock.now())
  await deps.store.ready.ring(teamKey.id)
  const signs = await checkSigning(deps, teamKey)
  if (!signs.ok) return [signs, ...unknown('clock', 'key_accepted', 'role', 'agreements', 'apps')]
  const clock = new ClockWatch()
  const session = openSession(deps, teamKey, (call) => clock.note(call))
  const apps = await attempt(() => session.listApps())
  const testers = apps.ok ? await probeTesters(session) : apps
  const findings = [
    signs,
    clock.finding(),
    judgeKey(apps, testers),
    judgeRole(apps, testers),
    judgeAgreements(apps, testers),
    judgeApps(apps),
  ]
  await recordStanding(deps, teamKey, apps.ok ? testers : apps)
  return findings
}

/**
 * Roles that may read testers but not manage them are told apart by a write alone. This one changes nothing: neither the
 * group nor the tester exists, so a role that suffices is answered that they are not there.
 */
async function probeTesters(session: AppleSession): Promise<Attempt<unknown>> {
  const probe = await attempt(() => session.removeTesters(randomUUID(), [randomUUID()]))
  const isAllowed = !probe.ok && (probe.code === 'apple_not_found' || probe.code === 'apple_refused')
  return isAllowed ? { ok: true, value: undefined } : probe
}

type Attempt<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string }

async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  for (let tried = 1; ; tried++) {
    try {
      return { ok: true, value: await call() }
    } catch (error) {
      // Our own limit says nothing of the key.
      if (!isAppError(error) || error.code === 'rate_limited') throw error
      if (error.code === 'key_rejected' && tried < KEY_TRIES) continue
      return { ok: false, code: error.code, message: error.message }
    }
  }
}

const isForbidden = (code: ErrorCode) => code === 'key_forbidden' || code === 'agreement_required'

const good = (check: Finding['check'], detail: string): Finding => ({ check, ok: true, detail, action: null })
const bad = (check: Finding['check'], code: ErrorCode, detail: string): Finding => ({
  check,
  ok: false,
  detail,
  action: ERROR_RULES[code].action,
})
const unknownOne = (check: Finding['check']): Finding => ({
  check,
  ok: null,
  detail: 'Not known: an earlier step failed.',
  action: null,
})
const unknown = (...checks: Finding['check'][]): Finding[] => checks.map(unknownOne)

async function checkSigning(deps: AppleDeps, teamKey: TeamKey): Promise<Finding> {
  try {
    await importSigningKey(openCredentials(deps, teamKey).privateKey)
    return good('key_signs', 'The private key opens and signs.')
  } catch (error) {
    if (isAppError(error, 'private_key_invalid')) return bad('key_signs', error.code, ERROR_RULES[error.code].title)
    return {
      check: 'key_signs',
      ok: false,
      detail: error instanceof Error ? error.message : 'The private key cannot be opened.',
      action: 'Start with the ENCRYPTION_KEY that sealed it, or PUT the team key again.',
    }
  }
}

/** Compares Apple's Date, in whole seconds, with ours at the middle of each call; the quickest call says most. */
class ClockWatch {
  #best: { offsetMs: number; durationMs: number } | undefined

  note(call: CallRecord): void {
    if (call.serverTime === null) return
    if (this.#best && this.#best.durationMs <= call.durationMs) return
    this.#best = { offsetMs: call.serverTime + 500 - (call.at + call.durationMs / 2), durationMs: call.durationMs }
  }

  finding(): Finding {
    if (!this.#best) return { ...unknownOne('clock'), detail: 'Not known: no answer named a time.' }
    const seconds = Math.round(Math.abs(this.#best.offsetMs) / 1000)
    const direction = this.#best.offsetMs > 0 ? 'behind' : 'ahead of'
    if (Math.abs(this.#best.offsetMs) <= CLOCK_TOLERANCE_MS) {
      return good(
        'clock',
        seconds <= 1 ? "Our clock agrees with Apple's." : `Our clock is ${seconds} s ${direction} Apple's.`,
      )
    }
    return bad('clock', 'clock_off', `Our clock is ${seconds} s ${direction} Apple's.`)
  }
}

function judgeKey(apps: Attempt<unknown>, testers: Attempt<unknown>): Finding {
  const failed = apps.ok ? testers : apps
  if (failed.ok || isForbidden(failed.code)) return good('key_accepted', 'App Store Connect accepts the key.')
  if (failed.code === 'key_rejected') return bad('key_accepted', failed.code, failed.message)
  return { check: 'key_accepted', ok: false, detail: failed.message, action: ERROR_RULES[failed.code].action }
}

function judgeRole(apps: Attempt<AppRow[]>, testers: Attempt<unknown>): Finding {
  const refused = [apps, testers].find((step) => !step.ok && step.code === 'key_forbidden')
  if (refused && !refused.ok) return bad('role', 'key_forbidden', refused.message)
  return apps.ok && testers.ok ? good('role', 'The key may manage testers.') : unknownOne('role')
}

function judgeAgreements(apps: Attempt<unknown>, testers: Attempt<unknown>): Finding {
  const refused = [apps, testers].find((step) => !step.ok && step.code === 'agreement_required')
  if (refused && !refused.ok) return bad('agreements', 'agreement_required', refused.message)
  return apps.ok ? good('agreements', 'The agreements with Apple are in force.') : unknownOne('agreements')
}

const NAMED_APPS = 20

function judgeApps(apps: Attempt<{ bundleId: string }[]>): Finding {
  if (!apps.ok) return unknownOne('apps')
  const names = apps.value.slice(0, NAMED_APPS).map((app) => app.bundleId)
  const more = apps.value.length > names.length ? `, and ${apps.value.length - names.length} more` : ''
  if (names.length > 0) return good('apps', `It sees ${apps.value.length}: ${names.join(', ')}${more}.`)
  return {
    check: 'apps',
    ok: false,
    detail: 'It sees no app.',
    action: 'Check that the key belongs to the team of the app, and that the app exists in App Store Connect.',
  }
}

const STATUS_OF: Partial<Record<ErrorCode, TeamKeyStatus>> = {
  key_rejected: 'rejected',
  key_forbidden: 'forbidden',
  agreement_required: 'agreement_required',
}

/** A fault that says nothing about the key (no answer, a 500) leaves its status as it was. */
async function recordStanding(deps: CheckDeps, teamKey: TeamKey, result: Attempt<unknown>): Promise<void> {
  const lane = deps.store.lane(teamKey.id)
  const status = result.ok ? 'working' : STATUS_OF[result.code]
  if (status === undefined) return
  const problem: Problem | null = result.ok ? null : { code: result.code, detail: result.message, at: deps.clock.now() }
  await lane.putStanding({ status, problem, ...(result.ok && { blocked: null }) }, { at: teamKey.updatedAt })
  // Deleted meanwhile: whoever deletes it later than this sees to it.
  if (!(await deps.store.teamKeys.find(teamKey.id))) await lane.forget(teamKey.updatedAt)
  else if (result.ok) await deps.store.ready.ring(teamKey.id)
}
