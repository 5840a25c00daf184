import type { ApiServer } from './server.ts'

/** Few enough for requests of others to come between: each asks the store a dozen questions. */
const AT_ONCE = 20

/** What is told of each of many things, some of them at once, with a turn for small requests before each of these. */
export async function describeEach<T, D>(
  { leisure }: Pick<ApiServer, 'leisure'>,
  items: readonly T[],
  describe: (item: T) => Promise<D>,
): Promise<D[]> {
  const described: D[] = []
  for (let from = 0; from < items.length; from += AT_ONCE) {
    if (from > 0) await leisure.turn()
    described.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(describe))))
  }
  return described
}
