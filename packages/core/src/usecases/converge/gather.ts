/** Work that is begun now and waited for at the end. */
export interface Gathering {
  add(work: Promise<void>): void
  /** Once all of it has ended; throws the first failure. */
  ended(): Promise<void>
}

/** A failure is kept until it is asked for: a rejection that nobody listens to meanwhile would end the process. */
export function gather(): Gathering {
  const all: Promise<void>[] = []
  return {
    add(work) {
      work.catch(() => {})
      all.push(work)
    },
    async ended() {
      const results = await Promise.allSettled(all)
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
