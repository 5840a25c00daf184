import type { Redis } from 'ioredis'
import { readFileSync } from 'node:fs'

/** A script of a lane's queue beside the file at `base`: read on first use, and known to a connection by its name. */
export function laneCommand(base: string, file: string, name: string, numberOfKeys: number) {
  let source: string | undefined
  return (redis: Redis, words: readonly (string | number)[]): Promise<unknown> => {
    source ??= readFileSync(new URL(file, base), 'utf8')
    if (!(name in redis)) redis.defineCommand(name, { lua: source, numberOfKeys })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the command that was just defined
    const commands = redis as unknown as Record<string, (words: readonly (string | number)[]) => Promise<unknown>>
    const run = commands[name]
    if (!run) throw new Error(`The command ${name} was not defined.`)
    return run.call(redis, words)
  }
}
