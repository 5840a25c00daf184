import { AppError } from '@flightroster/core/errors'
import { createToRef, type ToRef } from '@flightroster/core/secrets'
import { loadSalt, type Store } from '@flightroster/core/store'

/** The salt lies in the store, which may come after us: until then references can't be made. */
export function createLazyToRef(redis: Store['redis']): ToRef {
  let toRef: ToRef | undefined
  let loading: Promise<void> | undefined
  const load = () => {
    if (toRef) return
    loading ??= loadSalt(redis)
      .then((salt) => {
        toRef = createToRef(salt)
      })
      // The next request, or the next connection, tries again.
      .catch(() => {})
      .finally(() => (loading = undefined))
  }
  redis.on('ready', load)
  load()
  return (roster, member) => {
    if (toRef) return toRef(roster, member)
    load()
    throw new AppError('store_unavailable', { message: 'The store has not been read yet.', retryAfterMs: 1_000 })
  }
}
