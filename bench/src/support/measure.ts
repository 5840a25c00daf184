export interface Side<T> {
  name: string
  run(round: number): Promise<T>
}

/** Runs all sides by turns (A B A B …), so that what else the machine does falls on each of them alike. */
export async function interleave<T>(sides: readonly Side<T>[], rounds: number): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) results.get(side.name)?.push(await side.run(round))
  }
  return results
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Middle of one measure over the rounds of a side. */
export function middle<T>(rounds: readonly T[] | undefined, pick: (round: T) => number): number {
  return median((rounds ?? []).map(pick))
}
