/** Who is next where only few may be under way: one turn an actor, round and round, so that nobody's many hold up another's one. */
export interface FairLine {
  /** Resolves with the end of the turn once it has come; undefined where too many wait, of this actor or of all. */
  enter(actor: string, weight: number, signal?: AbortSignal): Promise<(() => void) | undefined>
  /** The end of the turn where it is the actor's at once; undefined where it would have to wait. */
  enterAtOnce(actor: string, weight: number): (() => void) | undefined
}

/** How much may be under way and wait, of one actor and of all together. */
export interface FairLineOptions {
  /** Weight under way at once: of one actor, of all. One that is heavier than that goes alone. */
  own: number
  all: number
  /** How many may wait, of one actor and of all. */
  waiting: { own: number; all: number }
}

interface Entry {
  weight: number
  start: (end: (() => void) | undefined) => void
}

/**
 * | state of an entry | how it leaves |
 * | --- | --- |
 * | waits in its actor's queue | it fits (start), or its signal aborts (undefined) |
 * | under way | its end is called |
 */
export function createFairLine({ own, all, waiting }: FairLineOptions): FairLine {
  /** By actor, in the order in which they have their turns; only actors with somebody who waits. */
  const queues = new Map<string, Entry[]>()
  const underWay = new Map<string, number>()
  let total = 0
  let waits = 0

  const fits = (actor: string, weight: number) => {
    const mine = underWay.get(actor) ?? 0
    return (total === 0 || total + weight <= all) && (mine === 0 || mine + weight <= own)
  }
  const begin = (actor: string, weight: number) => {
    total += weight
    underWay.set(actor, (underWay.get(actor) ?? 0) + weight)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      total -= weight
      const left = (underWay.get(actor) ?? 0) - weight
      if (left > 0) underWay.set(actor, left)
      else underWay.delete(actor)
      callNext()
    }
  }
  const callNext = () => {
    for (;;) {
      const next = [...queues].find(([actor, [first]]) => first && fits(actor, first.weight))
      if (!next) return
      const [actor, queue] = next
      const entry = queue.shift()
      // To the end of the round.
      queues.delete(actor)
      if (queue.length > 0) queues.set(actor, queue)
      if (!entry) return
      waits--
      entry.start(begin(actor, entry.weight))
    }
  }
  const enterAtOnce = (actor: string, weight: number) =>
    !queues.has(actor) && fits(actor, weight) ? begin(actor, weight) : undefined
  return {
    enterAtOnce,
    async enter(actor, weight, signal) {
      const end = enterAtOnce(actor, weight)
      if (end) return end
      const queue = queues.get(actor)
      if (waits >= waiting.all || (queue?.length ?? 0) >= waiting.own || signal?.aborted) return undefined
      return new Promise((resolve) => {
        const entry: Entry = { weight, start: resolve }
        const line = queues.get(actor) ?? []
        line.push(entry)
        queues.set(actor, line)
        waits++
        signal?.addEventListener(
          'abort',
          () => {
            const at = line.indexOf(entry)
            if (at < 0) return
            line.splice(at, 1)
            waits--
            if (line.length === 0 && queues.get(actor) === line) queues.delete(actor)
            resolve(undefined)
            callNext()
          },
          { once: true },
        )
      })
    },
  }
}
