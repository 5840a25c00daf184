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
  described: RosterDescription
  isHeld: boolean
  /** When the lane is about done (ms). */
  doneAt: number | null
  now: number
}

/** A roster at a glance: what stops it, what it is doing, or that all is well. */
export function tellHealth({ described, isHeld, doneAt, now }: HealthInput): Health {
  const { roster, counts, status, problem, standing } = described
  const still = (tone: Tone, word: string, detail: string): Health => ({ tone, word, detail, progress: null })
  if (problem) return still('bad', 'blocked', problem.detail)
  if (status === 'paused') {
    return still(
      'warn',
      'paused',
      `${roster.paused ? 'This roster' : 'Its team key'} is paused: changes are recorded, nothing is carried out.`,
    )
  }
  if (isHeld || status === 'held')
    return still('warn', 'held', 'A plan that would remove many people waits for a decision.')
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0)
  if (counts.pending > 0) {
    const left = doneAt === null || doneAt <= now ? '' : `, about ${duration(doneAt - now)} left`
    const progress = (total - counts.pending) / Math.max(1, total)
    return { tone: 'busy', word: 'working', detail: `${count(counts.pending, 'change')} on the way${left}.`, progress }
  }
  if (counts.failed > 0)
    return still('bad', 'needs a look', `${count(counts.failed, 'person', 'people')} could not be added.`)
  if (standing.lastReconcile?.outcome === 'incomplete' || standing.lastReconcile?.outcome === 'failed') {
    return still('warn', 'not verified', 'The group could not be read completely; it is tried again by itself.')
  }
  if (total === 0) return still('quiet', 'empty', 'Nobody is on this roster yet.')
  return still('good', 'in sync', 'The group is as the roster says.')
}
