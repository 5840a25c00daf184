import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import { makeToken } from '../../secrets/index.ts'
import type { ApiToken, Store } from '../../store/index.ts'

/** A token as a request gives it: what it may do, and where. */
export interface TokenInput {
  name: string
  scopes: string[]
  /** null: all. */
  rosters: string[] | null
  /** Where users that it brings by SCIM have their address; null: as for all. */
  emailAttribute: string | null
}

/** Makes a further token, of random bytes unless some are given. Its text is given here and never again: only its hash is kept. */
export async function createToken(
  deps: { store: Pick<Store, 'tokens'>; clock: Clock },
  input: TokenInput,
  bytes?: Buffer,
): Promise<{ token: string; record: ApiToken }> {
  const { token, id, hash } = makeToken(bytes)
  const record: ApiToken = {
    v: 1,
    id,
    name: input.name,
    hash,
    scopes: [...new Set(input.scopes)],
    rosters: input.rosters && [...new Set(input.rosters)],
    ...(input.emailAttribute === null ? {} : { emailAttribute: input.emailAttribute }),
    createdAt: deps.clock.now(),
  }
  if (!(await deps.store.tokens.insert(record))) throw new AppError('conflict')
  return { token, record }
}

/** All tokens in the order of their ids; never a token itself, of which only the hash is kept. */
export async function listTokens(deps: {
  store: Pick<Store, 'tokens'>
}): Promise<(ApiToken & { lastUsedAt: number | null })[]> {
  const tokens = deps.store.tokens
  const all = await tokens.list()
  const usedAt = await tokens.usedAt(all.map(({ id }) => id))
  return all.map((token, at) => ({ ...token, lastUsedAt: usedAt[at] ?? null }))
}

/** Deletes a token: it is refused from the next request on. Throws not_found. */
export async function deleteToken(deps: { store: Pick<Store, 'tokens'> }, id: string): Promise<void> {
  if (!(await deps.store.tokens.delete(id))) {
    throw new AppError('not_found', { message: 'There is no such token.' })
  }
}
