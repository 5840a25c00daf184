/**
 * How many times as much a larger piece of work costs the processor as a smaller one. The machine may be busy: a try that costs more than
 * `most` times as much is made again, and the best of each counts. Less than `leastUs` (µs) is too little to be measured.
 */
export async function growthOf(
  work: (size: number) => unknown,
  { sizes: [few, many], most, leastUs }: { sizes: [few: number, many: number]; most: number; leastUs: number },
): Promise<number> {
  let [least, larger] = [Infinity, Infinity]
  for (let tried = 0; ; tried++) {
    least = Math.min(least, await costOf(work, few))
    larger = Math.min(larger, await costOf(work, many))
    const growth = larger / Math.max(least, leastUs)
    if (growth < most || tried === TRIES) return growth
  }
}

const TRIES = 8

/** Both parts of it: how they are told apart is a guess, where work is short. */
async function costOf(work: (size: number) => unknown, size: number): Promise<number> {
  const begun = process.cpuUsage()
  await work(size)
  const { user, system } = process.cpuUsage(begun)
  return user + system
}
