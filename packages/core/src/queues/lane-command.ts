import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { readFileSync } from 'node:fs'

/**
 * A script of a lane's queue beside the file at `base`, read on first use. `sent` is called each time it was put on its way: once, and once
 * more where the store had lost the script.
 */
export function laneCommand(base: string, file: string, numberOfKeys: number) {
  let loaded: { source: string; sha: string } | undefined
  const load = () => {
    if (!loaded) {
      const source = readFileSync(new URL(file, base), 'utf8')
      loaded = { source, sha: createHash('sha1').update(source).digest('hex') }
    }
    return loaded
  }
  return async (redis: Redis, words: readonly (string | number)[], sent: () => void = () => {}): Promise<unknown> => {
    const { source, sha } = load()
    const [first = '', ...others] = words
    const send = (asked: Promise<unknown>) => {
      sent()
      return asked
    }
    try {
      return await send(redis.evalsha(sha, numberOfKeys, first, ...others))
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return send(redis.eval(source, numberOfKeys, first, ...others))
    }
  }
}
