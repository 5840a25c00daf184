interface Closable {
  close(): Promise<unknown>
}

/** Things opened for looking at, by name; the most recently used ones stay open. */
export interface KeptOpen<T> {
  open(name: string): T
  close(): Promise<void>
}

/** Opens things by name and keeps `most` of them; the one that was asked for longest ago is closed for the next. */
export function keepOpen<T extends Closable>(most: number, openOne: (name: string) => T): KeptOpen<T> {
  const open = new Map<string, T>()
  return {
    open(name) {
      const one = open.get(name) ?? openOne(name)
      // The most recently used one stands last.
      open.delete(name)
      open.set(name, one)
      const [oldest] = open
      if (open.size > most && oldest) {
        open.delete(oldest[0])
        // Nobody waits for it, and it was only looked at.
        oldest[1].close().catch(() => {})
      }
      return one
    },
    async close() {
      await Promise.all([...open.values()].map((one) => one.close()))
      open.clear()
    },
  }
}
