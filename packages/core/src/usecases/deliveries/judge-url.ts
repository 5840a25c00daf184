import { UrlRefused, type UrlGuard } from '../../callbacks/index.ts'
import { AppError } from '../../errors.ts'

/** A caller does not wait for name servers longer than this. */
const LOOKUP_MS = 2_000

/** A name that does not resolve, or not in time, is judged when it is called. */
export async function judgeUrl(guard: UrlGuard, url: string): Promise<void> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), LOOKUP_MS)
  try {
    guard.judge(url)
    const late = new Promise<void>((resolve) =>
      patience.signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    await Promise.race([guard.admit(url, patience.signal), late])
  } catch (error) {
    if (error instanceof UrlRefused) throw new AppError('url_not_allowed', { message: error.message, cause: error })
  } finally {
    clearTimeout(timer)
  }
}
