const LONGEST_WAIT_SECONDS = 60
const FIRST_WAIT_MS = 250
const LONGEST_BACKOFF_MS = 8_000

/** Seconds or a date; nonsense counts as none. */
export function readRetryAfter(headers: Headers, now = Date.now()): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

/**
 * How long to wait before the next try; undefined: no further try is worth it, since the server asks for more patience than
 * a caller has.
 */
export function waitBeforeTry(tried: number, retryAfterSeconds: number | undefined): number | undefined {
  const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_WAIT_MS * 2 ** tried) * (0.5 + Math.random() / 2)
  if (retryAfterSeconds === undefined) return backoffMs
  if (retryAfterSeconds > LONGEST_WAIT_SECONDS) return undefined
  // A little later than asked: a thousand callers were told the same second.
  return retryAfterSeconds * 1_000 + Math.random() * FIRST_WAIT_MS
}

/** Ends early, with the signal's reason, when it aborts. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
