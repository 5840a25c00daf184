import type { Redis } from 'ioredis'

/** All keys of one node that begin so. Reads through every key there is, a page at a time: for what happens seldom. */
export async function keysLike(node: Redis, prefix: string): Promise<string[]> {
  const escaped = prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', `${escaped}*`, 'COUNT', 1_000)
    found.push(...keys)
    cursor = next
  } while (cursor !== '0')
  return found
}
