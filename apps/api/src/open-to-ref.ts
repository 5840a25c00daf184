import { AppError } from '@flightroster/core/errors'
import { createToRef, type ToRef } from '@flightroster/core/secrets'
import { loadSalt, type Connection } from '@flightroster/core/store'

/**
 * The salt lies in the store, which may come after us: until then references can't be made. A store that is there is read before the
 * first request is taken, so that none is refused for it.
 */
export async function openToRef(redis: Connection): Promise<ToRef> {
  let toRef: ToRef | undefined
  let loading: Promise<void> | undefined
  const load = async () => {
    if (toRef) return
    loading ??= loadSalt(redis)
      .then((salt) => void (toRef = createToRef(salt)))
      // The next request, or the next connection, tries again.
      .catch(() => {})
      .finally(() => (loading = undefined))
    await loading
  }
  redis.on('ready', () => void load())
  if (redis.status === 'ready') await load()
  return (roster, member) => {
    if (toRef) return toRef(roster, member)
    void load()
    throw new AppError('store_unavailable', { message: 'The store has not been read yet.', retryAfterMs: 1_000 })
  }
}
