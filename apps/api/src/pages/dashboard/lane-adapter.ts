import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { ListedLane } from '@flightroster/core/usecases/lane-overview'
import type { Queue } from 'bullmq'
import { path } from '../html.ts'
import { maskAddresses } from '../privacy.ts'

/**
 * A lane as Bull Board sees it. What it may change goes through board-actions; what BullMQ would be asked for nothing (rate
 * limits, schedulers, its own pause) is answered from here, so that a queue costs one round trip a poll.
 */
export class LaneAdapter extends BullMQAdapter {
  readonly #lane: ListedLane

  constructor(queue: Queue, lane: ListedLane, options: { readOnlyMode: boolean }) {
    super(queue, {
      readOnlyMode: options.readOnlyMode,
      displayName: lane.teamKey,
      description: lane.state,
      externalJobUrl: (job) => ({
        displayText: 'The person in the console',
        href: path`/console/jobs/${lane.teamKey}/${(job.data as { ref?: string } | undefined)?.ref ?? ''}`,
      }),
    })
    this.#lane = lane
    // A second line of defence: jobs hold ids by design.
    this.setFormatter('data', maskAll)
    this.setFormatter('returnValue', maskAll)
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
