/** Runs `work` over all items, at most `limit` at once; the first failure ends the taking up of further items and is thrown. */
export async function inParallel<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed = false
  const lane = async () => {
    while (!failed) {
      const item = items[next++]
      if (item === undefined) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane))
  const rejected = lanes.find((result) => result.status === 'rejected')
  if (rejected) throw rejected.reason
}
