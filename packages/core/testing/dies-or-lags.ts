import type { Redis } from 'ioredis'
import { Interleaver, type SteppedProcess } from './interleaver.ts'

/** To die before one of these is to die behind the write before it. */
const READS =
  /^(h|z|s|l|x)?(get|getall|mget|(rev)?(range|rank)|rangebyscore|scan|members|m?ismember|m?score|exists|keys|vals|len|card|count|time|pttl)$/

/** Runs `work` in a process of its own, which dies before its write number `at`; false where it came to its end. Throws what it throws. */
export async function diesAt(
  redis: Redis,
  at: number,
  work: (process: SteppedProcess) => Promise<unknown>,
): Promise<boolean> {
  const interleaver = new Interleaver(urlOf(redis), redis)
  const process = await interleaver.start()
  let writes = 0
  const ended = work(process).then(
    // A visit ends without an error, whatever becomes of its commands.
    () => process.isDead(),
    (error: unknown) => {
      if (!process.isDead()) throw error
      return true
    },
  )
  await interleaver.run(ended, {
    choose: () => 0,
    fateOf: (name) => (!READS.test(name) && writes++ === at ? 'kill' : 'go'),
  })
  process.redis.disconnect()
  return ended
}

/** Runs `work`, which stands still before its write number `at` until `others` is through; false where it came to its end before that. */
export async function lagsAt(
  redis: Redis,
  at: number,
  work: (process: SteppedProcess) => Promise<unknown>,
  others: (process: SteppedProcess) => Promise<unknown>,
): Promise<boolean> {
  const interleaver = new Interleaver(urlOf(redis), redis)
  const [slow, quick] = [await interleaver.start(), await interleaver.start()]
  let writes = 0
  let lags = false
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  let isOver = false
  const late = work(slow).catch(() => {})
  void late.then(begin)
  const between = begun.then(() => others(quick)).finally(() => (isOver = true))
  await interleaver.run(Promise.all([late, between]), {
    choose: (_count, ready) => {
      lags ||= ready.some(({ process, name }) => process === slow && !READS.test(name)) && writes === at
      if (lags) begin()
      return ready.findIndex(({ process }) => (lags && !isOver ? process === quick : true))
    },
    fateOf: (name) => {
      if (!lags && !READS.test(name)) writes++
      return 'go'
    },
  })
  await between
  for (const process of [slow, quick]) process.redis.disconnect()
  return lags
}

/**
 * The next write of a move to try. Many of them are alike: the first six are tried one by one, then one of seven, and behind the first forty
 * one of a hundred or so, which is another one in each run.
 */
export function nextOfMove(at: number): number {
  if (at < 6) return at + 1
  return at + (at < 48 ? 7 : 60 + Math.floor(Math.random() * 74))
}

const urlOf = ({ options: { host, port } }: Redis) => `redis://${host}:${port}`
