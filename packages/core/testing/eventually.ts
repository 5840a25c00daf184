import { setTimeout as sleep } from 'node:timers/promises'

/** Runs `check` until it stops throwing, and gives back what it returns; fails with its last error after `timeoutMs`. */
export async function eventually<T>(
  check: () => Promise<T> | T,
  { timeoutMs = 150_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() >= deadline) throw error
      await sleep(everyMs)
    }
  }
}
