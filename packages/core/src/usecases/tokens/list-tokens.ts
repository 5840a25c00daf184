import type { ApiToken, Store } from '../../store/index.ts'

/** All tokens in the order of their ids; never a token itself, of which only the hash is kept. */
export async function listTokens(deps: {
  store: Pick<Store, 'tokens'>
}): Promise<(ApiToken & { lastUsedAt: number | null })[]> {
  const tokens = deps.store.tokens
  const all = await tokens.list()
  const usedAt = await tokens.usedAt(all.map(({ id }) => id))
  return all.map((token, at) => ({ ...token, lastUsedAt: usedAt[at] ?? null }))
}
