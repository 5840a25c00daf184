import type { AppleKey } from './apple.ts'
import type { Product } from './product.ts'

/** Registers a key and a roster for its group, through the API. */
export async function connect(product: Product, key: AppleKey, teamKey = 'acme', roster = 'gold'): Promise<void> {
  const { issuerId, keyId, privateKey, bundleId, group } = key
  await product.send('PUT', `/v1/team-keys/${teamKey}`, { issuerId, keyId, privateKey })
  await product.send('PUT', `/v1/rosters/${roster}`, { teamKey, app: { bundleId }, group: { id: group } })
}
