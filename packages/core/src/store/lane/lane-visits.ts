import type { Redis } from 'ioredis'
import { list, nullable, number, oneOf, or, read, text, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { inOneStep } from '../connection/cluster-nodes.ts'
import { globalKeys, queueKeys, readyShard, type LaneKeys } from '../keys.ts'
import { parseMemory, remember, type LaneMemory } from './lane-memory.ts'
import { outboxKeys, parseOutbox, type OutboxEntry } from './lane-outbox.ts'
import { createReadyIndex, VISIT_HOLD_MS, type Claim } from './ready.ts'
import { wakesAt } from './sleeping-jobs.ts'

const openScript = defineScript(
  import.meta.url,
  './open-visit.lua',
  './requeue-active.lua',
  './claim.lua',
  './outboxes.lua',
  '../connection/now-ms.lua',
)
const renewScript = defineScript(import.meta.url, './renew-lease.lua')
const closeScript = defineScript(import.meta.url, './close-visit.lua', './requeue-active.lua', './outboxes.lua')

/** The answer to a worker that asks for a lane: what it needs to begin with, or why it may not. */
export type OpenedVisit =
  | {
      kind: 'opened'
      memory: LaneMemory
      /** Jobs that a worker died with; they wait again. */
      recovered: number
      /** Jobs at that moment. */
      counts: { waiting: number; prioritized: number; delayed: number; active: number; failed: number }
      /** All changes that have no job; null where there are many, or another process makes jobs of them just now. */
      recorded: OutboxEntry[] | null
    }
  | { kind: 'busy'; leftMs: number }
  | { kind: 'paused' }
  /** The lane is not due any more: another worker was quicker. */
  | { kind: 'unclaimed' }

/** What a visit leaves to be done. */
export interface LeftBehind {
  /** Changes that have no job yet. */
  recorded: number
  /** Jobs that wait for nothing. */
  events: number
  bulk: number
  /** When the next sleeping job and the next task are due (ms). */
  delayedAt: number | null
  scheduledAt: number | null
}

/** The lease on a lane, and what one visit leaves for the next. */
export interface LaneVisits {
  /** `claim`: where it has none yet, the lane is claimed for `claimMs` first, and opened if it was due; the claim is told then. */
  open(token: string, leaseMs: number, claiming?: { claim: Claim; claimMs: number }): Promise<OpenedVisit>
  /**
   * The lease for somebody who makes no visit. False while another has it: then the next one is promised for `promiseMs`, since a lane
   * that is visited over and over has no moment without a worker.
   */
  hold(token: string, leaseMs: number, promiseMs: number): Promise<boolean>
  /** False when the lease is lost. */
  renew(token: string, leaseMs: number): Promise<boolean>
  /** Gives the lane back, with all jobs that are still active; null when the lease was lost. */
  close(token: string): Promise<LeftBehind | null>
  /** `keyAt`: the key by which it was learnt, absent: none. Of one that was replaced since nothing is kept. */
  remember(memory: Partial<LaneMemory>, keyAt?: number): Promise<void>
}

const OPENED = or(
  or(tuple(oneOf('unclaimed')), tuple(text, oneOf('busy'), number)),
  or(tuple(text, oneOf('paused')), tuple(text, oneOf('opened'), number, list(number), list(texts), texts)),
)
const LEFT = nullable(tuple<[number, number, number, string, string]>(number, number, number, text, text))
/** More are taken as before, a part at a time, with others kept away: they would make the same jobs meanwhile. */
const RECORDED_AT_MOST = 50

export function createLaneVisits(redis: Redis, keys: LaneKeys, teamKey: string): LaneVisits {
  const queue = queueKeys(teamKey)
  const lists = [queue.active, queue.wait, queue.prioritized]
  const open = async (token: string, leaseMs: number, claimMs: number | null): Promise<Opened> => {
    const shard = readyShard(teamKey)
    const answer = await openScript.run(
      redis,
      [
        keys.lease,
        keys.lane,
        ...lists,
        keys.schedule,
        keys.promised,
        queue.delayed,
        queue.failed,
        keys.enqueuing,
        ...outboxKeys(keys),
        ...(claimMs === null ? [] : [globalKeys.ready(shard), globalKeys.held(shard)]),
      ],
      [
        token,
        leaseMs,
        queue.jobs,
        `law:${teamKey}`,
        RECORDED_AT_MOST,
        ...(claimMs === null ? [] : [teamKey, claimMs, VISIT_HOLD_MS]),
      ],
    )
    return read(OPENED, answer, 'An answer of open-visit.lua')
  }
  return {
    async open(token, leaseMs, claiming) {
      if (!claiming || claiming.claim.until > 0) return parseOpened(await open(token, leaseMs, null))
      const { claim, claimMs } = claiming
      const answer = await inOneStep(
        redis,
        () => open(token, leaseMs, claimMs),
        async () => {
          const [claimed] = await createReadyIndex(redis).claim({ limit: 1, claimMs, only: [teamKey] })
          if (!claimed) return UNCLAIMED
          claim.until = claimed.until
          return open(token, leaseMs, null)
        },
      )
      if (answer[0] !== 'unclaimed' && answer[0] !== '') claim.until = Number(answer[0])
      return parseOpened(answer)
    },
    async hold(token, leaseMs, promiseMs) {
      if ((await redis.set(keys.lease, token, 'PX', leaseMs, 'NX')) === 'OK') {
        await redis.unlink(keys.promised)
        return true
      }
      await redis.set(keys.promised, token, 'PX', promiseMs)
      return false
    },
    async renew(token, leaseMs) {
      return (await renewScript.run(redis, [keys.lease], [token, leaseMs])) === 1
    },
    async close(token) {
      const keyList = [keys.lease, ...outboxKeys(keys), ...lists, queue.delayed, keys.schedule]
      const answer = await closeScript.run(redis, keyList, [token, queue.jobs])
      const left = read(LEFT, answer, 'An answer of close-visit.lua')
      if (left === null) return null
      const [recorded, events, bulk, sleeping, task] = left
      return {
        recorded,
        events,
        bulk,
        delayedAt: sleeping === '' ? null : wakesAt(sleeping),
        scheduledAt: task === '' ? null : Number(task),
      }
    },
    remember: (memory, keyAt) => remember(redis, keys.lane, memory, keyAt),
  }
}

type Opened =
  | ['unclaimed']
  | [string, 'busy', number]
  | [string, 'paused']
  | [string, 'opened', number, number[], string[][], string[]]

const UNCLAIMED: Opened = ['unclaimed']

function parseOpened(answer: Opened): OpenedVisit {
  if (answer.length === 1) return { kind: 'unclaimed' }
  if (answer[1] === 'busy') return { kind: answer[1], leftMs: answer[2] }
  if (answer[1] === 'paused') return { kind: answer[1] }
  const [, kind, recovered, [waiting = 0, prioritized = 0, delayed = 0, failed = 0], recorded, flat] = answer
  const hash = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) hash.set(flat[at] ?? '', flat[at + 1] ?? '')
  return {
    kind,
    recovered,
    memory: parseMemory(hash),
    counts: { waiting, prioritized, delayed, active: 0, failed },
    recorded: recorded.length === 0 ? null : parseOutbox(recorded),
  }
}
