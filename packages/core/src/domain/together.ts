interface Waiting<T, R> {
  item: T
  resolve: (result: R) => void
  reject: (error: unknown) => void
}

/**
 * What is to be done of one kind, in few steps: what comes while a step is under way goes into the next one together, at most `most` at
 * once. `step` answers for each item in its order, with a failure where one of them failed alone; its own failure is told to all of them.
 */
export function together<T, R>(most: number, step: (items: T[]) => Promise<(R | Error)[]>): (item: T) => Promise<R> {
  const line: Waiting<T, R>[] = []
  let isUnderWay = false

  const take = async (group: Waiting<T, R>[]) => {
    try {
      const results = await step(group.map(({ item }) => item))
      group.forEach(({ resolve, reject }, at) => {
        const result = results[at]
        if (result === undefined) reject(new Error('A step has no answer for one of its items.'))
        else if (result instanceof Error) reject(result)
        else resolve(result)
      })
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
  const drain = async () => {
    isUnderWay = true
    // What the same turn of the event loop brings goes together from the first step on.
    await Promise.resolve()
    while (line.length > 0) await take(line.splice(0, most))
    isUnderWay = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      line.push({ item, resolve, reject })
      if (!isUnderWay) void drain()
    })
}
