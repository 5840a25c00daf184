import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import { identifyToken, isSameHash, isToken } from '../../secrets/index.ts'
import type { ApiToken, Store } from '../../store/index.ts'

const NOTED_EVERY_MS = 60_000
/** Tokens whose last use is remembered; beyond these it is noted more often. */
const REMEMBERED = 10_000

/** Looks a token up by its hash, and notes its use at most once a minute. */
export function createTokenFinder(deps: {
  store: Pick<Store, 'tokens'>
  clock: Clock
  log: Log
}): (token: string) => Promise<ApiToken | undefined> {
  const notedAt = new Map<string, number>()
  const note = (id: string) => {
    const now = deps.clock.now()
    if (now - (notedAt.get(id) ?? 0) < NOTED_EVERY_MS) return
    if (notedAt.size >= REMEMBERED) notedAt.clear()
    notedAt.set(id, now)
    // A request does not fail because its token's last use could not be noted.
    deps.store.tokens
      .noteUse(id, now)
      .catch((error: unknown) => deps.log.info({ err: error, token: id }, 'token.use_not_noted'))
  }
  return async (text) => {
    if (!isToken(text)) return undefined
    const { id, hash } = identifyToken(text)
    const token = await deps.store.tokens.find(id)
    if (!token || !isSameHash(token.hash, hash)) return undefined
    note(id)
    return token
  }
}
