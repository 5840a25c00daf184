import type { WaitCode, WaitsFor } from '@flightroster/core/domain'
import type { RosterDescription } from '@flightroster/core/usecases/rosters'
import type { Tone } from '../words.ts'
import { count, duration } from '../words.ts'

export interface Health {
  tone: Tone
  word: string
  detail: string
  /** 0 to 1 while there is work. */
  progress: number | null
}

export interface HealthInput {
  described: Pick<RosterDescription, 'counts' | 'standing'> & {
    roster: Pick<RosterDescription['roster'], 'warnings'>
    supply: Pick<RosterDescription['supply'], 'usable' | 'peopleAffected'>
  }
  /** Why nothing happens, or what is worked off. */
  waitsFor: WaitsFor | null
  /** People who should be in, and whom somebody took out in App Store Connect. */
  takenOut?: number
  now: number
}

const STOPPED: Partial<Record<WaitCode, [Tone, string]>> = {
  lane_blocked: ['bad', 'blocked'],
  roster_blocked: ['bad', 'blocked'],
  lane_paused: ['warn', 'paused'],
  roster_paused: ['warn', 'paused'],
  roster_held: ['warn', 'held'],
  no_worker: ['bad', 'stopped'],
}

/** A roster at a glance: what stops it, what it is doing, or that all is well. */
export function tellHealth({ described, waitsFor, takenOut = 0, now }: HealthInput): Health {
  const { counts, standing } = described
  const still = (tone: Tone, word: string, detail: string): Health => ({ tone, word, detail, progress: null })
  const stopped = waitsFor && STOPPED[waitsFor.code]
  if (stopped) return still(...stopped, waitsFor.detail)
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0)
  if (counts.pending > 0) {
    const changes = count(counts.pending, 'change')
    const changesWait = `${changes} ${counts.pending === 1 ? 'waits' : 'wait'}.`
    const progress = (total - counts.pending) / Math.max(1, total)
    const until = waitsFor?.until ?? null
    if (waitsFor?.code === 'budget') {
      const goesOn = until === null || until <= now ? '' : ` It goes on in ${duration(until - now)}.`
      return { tone: 'warn', word: 'out of quota', detail: `${changesWait} ${waitsFor.detail}${goesOn}`, progress }
    }
    if (waitsFor?.code === 'retry')
      return { tone: 'warn', word: 'tried again', detail: `${changesWait} ${waitsFor.detail}`, progress }
    const left = until === null || until <= now ? '' : `, about ${duration(until - now)} left`
    return { tone: 'busy', word: 'working', detail: `${changes} on the way${left}.`, progress }
  }
  if (counts.failed > 0)
    return still('bad', 'needs a look', `${count(counts.failed, 'person', 'people')} could not be added or taken out.`)
  const lack = lackOf(described)
  if (lack !== undefined) return still('bad', 'no build', lack)
  if (standing.lastReconcile?.outcome === 'incomplete' || standing.lastReconcile?.outcome === 'failed') {
    return still('warn', 'not verified', 'The group could not be read completely; Flightroster tries again.')
  }
  if (total === 0) return still('quiet', 'empty', 'Nobody is on this roster yet.')
  if (takenOut > 0) {
    const said = `${count(takenOut, 'person was', 'people were')} taken out of the group in App Store Connect`
    return still('warn', 'needs a look', `${said}, and this roster puts nobody back by itself.`)
  }
  const ending = described.roster.warnings.filter(({ code }) => code === 'build_expiring')
  // Whoever is not in is not passed over.
  const but = [
    counts.waiting > 0 && `${count(counts.waiting, 'person waits', 'people wait')} for an address or a seat`,
    counts.not_invited > 0 && `${count(counts.not_invited, 'person has', 'people have')} no invitation yet`,
    counts.revoked > 0 && `${count(counts.revoked, 'person', 'people')} stopped testing`,
    standing.drift > 0 &&
      `${count(standing.drift, 'tester is', 'testers are')} in the group whom nobody put on the roster`,
  ].filter((part) => part !== false)
  const said = but.length === 0 ? '' : ` ${but.join(', ')}.`
  const more = `${said}${ending.map(({ detail }) => ` ${detail}`).join('')}`
  const tone: Tone = ending.length > 0 ? 'warn' : 'good'
  if (!standing.lastReconcile) {
    return still(tone, 'up to date', `Every change is carried out; the group has not been reconciled yet.${more}`)
  }
  return still(tone, 'in sync', `The group is as the roster says.${more}`)
}

/** Nobody can install anything, and there are people who would: the group may be as the roster says, and nobody can test. */
function lackOf({ roster, supply }: HealthInput['described']): string | undefined {
  if (supply.usable > 0 || supply.peopleAffected === 0) return undefined
  const warning = (code: string) => roster.warnings.find((one) => one.code === code)
  return (warning('build_not_released') ?? warning('builds_run_out') ?? warning('build_missing'))?.detail
}
