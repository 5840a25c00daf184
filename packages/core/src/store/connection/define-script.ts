import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

export type ScriptArgument = string | number | Buffer

export interface Script {
  /** Runs by EVALSHA; a store that has forgotten the script (restart, SCRIPT FLUSH, failover) is sent it again. */
  run(redis: Redis, keys: string[], args: ScriptArgument[]): Promise<unknown>
}

/** A Lua script beside the file at `base`, with the functions of `shared` files before it; read on first use. */
export function defineScript(base: string, file: string, ...shared: string[]): Script {
  let loaded: { source: string; sha: string } | undefined
  const load = () => {
    if (!loaded) {
      const source = [...shared, file].map((name) => readFileSync(new URL(name, base), 'utf8')).join('\n')
      loaded = { source, sha: createHash('sha1').update(source).digest('hex') }
    }
    return loaded
  }
  return {
    async run(redis, keys, args) {
      const { source, sha } = load()
      try {
        return await redis.evalsha(sha, keys.length, ...keys, ...args)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        return redis.eval(source, keys.length, ...keys, ...args)
      }
    },
  }
}
