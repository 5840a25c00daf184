import type { Store } from '../../store/index.ts'
import type { ListedLane } from './list-lanes.ts'

/** Lanes looked at in one reading: some ten commands each. */
const AT_ONCE = 500

/** What is asked of each of many things: all at once, or in parts with other work between them. */
export type AskEach = <T, D>(items: readonly T[], ask: (item: T) => Promise<D>) => Promise<D[]>

const atOnce: AskEach = (items, ask) => Promise.all(items.map(ask))

/**
 * When the oldest change that waits in a lane that runs was recorded (ms); null for none. Looks at 500 lanes a call, another part
 * each time, and remembers the others: with 20,000 busy lanes the answer is a few readings old, and each reading stays cheap.
 */
export function sampleOldestWaiting(deps: {
  store: Pick<Store, 'lane'>
  askEach?: AskEach
}): (lanes: readonly ListedLane[]) => Promise<number | null> {
  const { store, askEach = atOnce } = deps
  const known = new Map<string, number | null>()
  let from = 0
  return async (lanes) => {
    const waiting = lanes.filter(({ waiting, paused, blocked }) => waiting > 0 && !paused && !blocked)
    const ids = waiting.map(({ teamKey }) => teamKey).sort()
    const present = new Set(ids)
    for (const id of known.keys()) if (!present.has(id)) known.delete(id)
    if (from >= ids.length) from = 0
    const part = ids.slice(from, from + AT_ONCE)
    from += AT_ONCE
    await askEach(part, async (id) => known.set(id, await store.lane(id).oldestWaitingAt()))
    const times = [...known.values()].filter((time) => time !== null)
    return times.reduce<number | null>((oldest, time) => (oldest === null ? time : Math.min(oldest, time)), null)
  }
}

/** How many webhooks are disabled; counted anew only after one of them has changed. */
export function countDisabledWebhooks(deps: {
  store: Pick<Store, 'webhooks' | 'deliveries'>
  askEach?: AskEach
}): () => Promise<number> {
  const { store, askEach = atOnce } = deps
  let kept: { version: string; disabled: number } | undefined
  return async () => {
    const webhooks = store.webhooks
    const version = await webhooks.version()
    if (kept?.version === version) return kept.disabled
    const healths = await askEach(await webhooks.list(), ({ id }) => store.deliveries(id).health())
    kept = { version, disabled: healths.filter(({ disabledAt }) => disabledAt !== null).length }
    return kept.disabled
  }
}
