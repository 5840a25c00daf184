import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { JobCounts, QueueJobJson } from '@bull-board/api/typings/app'
import type { ListedLane } from '@flightroster/core/usecases/lane-overview'
import type { Queue } from 'bullmq'
import { path } from '../html.ts'
import { maskAddresses } from '../privacy.ts'
import { textsOf } from '../../request-texts.ts'

export interface LaneAdapterOptions {
  readOnlyMode: boolean
  /** Where a proxy shows us: Bull Board's pages draw these links by themselves. */
  publicPath: string
}

/**
 * A lane as Bull Board sees it. What it may change goes through board-actions; what BullMQ would be asked for nothing (rate
 * limits, schedulers, its own pause) is answered from here, so that a queue costs one round trip a poll.
 */
export class LaneAdapter extends BullMQAdapter {
  readonly #lane: ListedLane

  constructor(queue: Queue, lane: ListedLane, options: LaneAdapterOptions) {
    super(queue, {
      readOnlyMode: options.readOnlyMode,
      displayName: lane.teamKey,
      description: lane.state,
      externalJobUrl: (job) => linkOf(options.publicPath, lane.teamKey, job),
    })
    this.#lane = lane
    // A second line of defence: jobs hold ids by design.
    this.setFormatter('data', maskAll)
    this.setFormatter('returnValue', maskAll)
  }

  /** As the lanes page, the API and the metrics count: what is recorded and not yet a job is among those that wait. */
  override getJobCounts(): Promise<JobCounts> {
    const { waiting, prioritized, active, delayed, failed, completed } = this.#lane
    return Promise.resolve({
      waiting: waiting - prioritized,
      prioritized,
      active,
      delayed,
      failed,
      completed,
      paused: 0,
      'waiting-children': 0,
    })
  }

  override isPaused(): Promise<boolean> {
    return Promise.resolve(this.#lane.paused)
  }

  override getGlobalConcurrency(): Promise<number | null> {
    return Promise.resolve(null)
  }

  override getActiveRateLimitTtl(): Promise<number> {
    return Promise.resolve(0)
  }

  override getJobSchedulersCount(): Promise<number> {
    return Promise.resolve(0)
  }
}

function maskAll(value: unknown): unknown {
  if (value === undefined) return value
  return JSON.parse(maskAddresses(JSON.stringify(value))) as unknown
}

/** Whom a job is for is kept until the member is converged. */
function linkOf(root: string, teamKey: string, job: QueueJobJson): { displayText: string; href: string } {
  const { roster = '', ref = '' } = textsOf(job.data)
  const isOver = job.finishedOn !== undefined && job.finishedOn !== null && !job.failedReason
  if (isOver) return { displayText: 'The roster in the console', href: root + path`/console/rosters/${roster}` }
  return { displayText: 'The person in the console', href: root + path`/console/jobs/${teamKey}/${ref}` }
}
