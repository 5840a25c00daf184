import { DEFAULT_POLICIES } from '@flightroster/core/domain'
import { createSealer } from '@flightroster/core/secrets'
import { createStore, type Store } from '@flightroster/core/store'
import { parsePrivateKey, sealContext } from '@flightroster/core/usecases/team-keys'
import type { AppleKey } from './apple.ts'
import type { Product } from './product.ts'

const AT_ONCE = 500

export interface Planted {
  teamKey: string
  roster: string
}

/**
 * Writes keys with a roster each as the API would, without asking Apple for every group: thousands in seconds. Nothing is
 * scheduled for them, so that they rest.
 */
export async function plant(product: Product, keys: readonly AppleKey[], prefix: string): Promise<Planted[]> {
  const store = createStore(product.client)
  const sealer = createSealer({ current: product.encryptionKey })
  const planted = keys.map((_, at) => ({ teamKey: `${prefix}-${at}`, roster: `${prefix}-roster-${at}` }))
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    await Promise.all(
      keys.slice(from, from + AT_ONCE).map(async (key, index) => {
        const ids = planted[from + index]
        if (!ids) return
        const sealed = sealer.seal(parsePrivateKey(key.privateKey) ?? '', sealContext(ids.teamKey))
        await plantOne(store, ids, key, sealed)
      }),
    )
  }
  return planted
}

async function plantOne(store: Store, ids: Planted, key: AppleKey, sealedPrivateKey: string): Promise<void> {
  const now = Date.now()
  const times = { createdAt: now, updatedAt: now }
  const { issuerId, keyId, app, bundleId, group } = key
  await store.teamKeys.put({ v: 1, id: ids.teamKey, issuerId, keyId, sealedPrivateKey, ...times })
  await store.enterRoster({
    v: 1,
    id: ids.roster,
    teamKey: ids.teamKey,
    app: { id: app, bundleId, name: 'Acme' },
    group: { id: group, name: 'Gold' },
    ...DEFAULT_POLICIES,
    paused: false,
    blocked: null,
    warnings: [],
    ...times,
  })
}
