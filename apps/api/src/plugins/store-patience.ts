import { AppError } from '@flightroster/core/errors'

/** Several commands, each within its own time limit, must not add up to more than a second. */
const PATIENCE_MS = 900
/** A large batch goes in slices, each of which lets others go first: that takes its time, and says nothing of the store. */
export const BATCH_PATIENCE_MS = 10_000
const RETRY_AFTER_MS = 2_000

/** Throws store_unavailable once the store has taken too long; whether it kept what it was given is then unknown. */
export async function withinStorePatience<T>(work: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AppError('store_unavailable', { retryAfterMs: RETRY_AFTER_MS })), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
