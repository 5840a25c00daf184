import type { Redis } from 'ioredis'

/**
 * Commands of one turn of the event loop leave in one system call. ioredis writes each command by itself, which costs more than
 * the command where hundreds are under way (docs/decisions/first-visits.md).
 */
export function coalesceWrites(redis: Redis): void {
  redis.on('connect', () => {
    const { stream } = redis
    const write = stream.write.bind(stream)
    let isHeld = false
    const release = () => {
      isHeld = false
      stream.uncork()
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- overloads can't be written as one function
    stream.write = ((...words: Parameters<typeof write>) => {
      if (!isHeld) {
        isHeld = true
        stream.cork()
        setImmediate(release)
      }
      return write(...words)
    }) as typeof stream.write
  })
}
