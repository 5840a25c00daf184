/**
 * How many times as much a larger piece of work costs the processor (µs) as a smaller one. The machine may be busy: a try that costs more
 * than `most` times as much is made again, and the best of each counts. Less than `leastUs` is too little to be measured.
 */
export async function growthOf(
  cost: (size: number) => Promise<number> | number,
  { sizes: [few, many], most, leastUs }: { sizes: [few: number, many: number]; most: number; leastUs: number },
): Promise<number> {
  let [least, larger] = [Infinity, Infinity]
  for (let tried = 0; ; tried++) {
    least = Math.min(least, await cost(few))
    larger = Math.min(larger, await cost(many))
    const growth = larger / Math.max(least, leastUs)
    if (growth < most || tried === TRIES) return growth
  }
}

const TRIES = 8
