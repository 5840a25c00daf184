import type { ApiToken, Store } from '../../store/index.ts'

/** By id; never the token itself. */
export async function listTokens(deps: {
  store: Pick<Store, 'tokens'>
}): Promise<(ApiToken & { lastUsedAt: number | null })[]> {
  const tokens = deps.store.tokens
  const all = await tokens.list()
  const usedAt = await tokens.usedAt(all.map(({ id }) => id))
  return all.map((token, at) => ({ ...token, lastUsedAt: usedAt[at] ?? null }))
}
