import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { TeamKey } from '../domain/roster.ts'
import { globalKeys } from './keys.ts'
import { createStore, type Store } from './store.ts'

const { redis, connect } = await withRedis()
/** As a process begins that has read nothing of the store yet. */
const openStore = () => createStore(connect())

const IDS = Array.from({ length: 200 }, (_, at) => `key-${String(at).padStart(3, '0')}`)

function teamKey(id: string): TeamKey {
  return { v: 1, id, issuerId: 'i', keyId: 'k', sealedPrivateKey: 's', createdAt: 1, updatedAt: 1 }
}

/** Another process. */
async function beside(work: (store: Store) => Promise<void>): Promise<void> {
  await work(openStore())
}

describe('a register of what every lane has', () => {
  it('lies in parts in a store that begins with this release, none of which holds more than an eighth', async () => {
    const store = openStore()
    const { teamKeys } = store
    for (const id of IDS) await teamKeys.put(teamKey(id))
    const sizes = await Promise.all((await redis.keys('fr:team-keys*')).map((key) => redis.hlen(key)))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(IDS.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(IDS.length / 8)
    expect([await teamKeys.ids(), await store.laneIds()]).toEqual([IDS, IDS])
    await beside(async (other) => expect((await other.teamKeys.list()).map(({ id }) => id)).toEqual(IDS))
  })

  it('stays one hash in a store that an earlier release began, so that its processes go on reading all of it', async () => {
    await redis.hset(globalKeys.teamKeys, 'former', JSON.stringify(teamKey('former')))
    const { teamKeys } = openStore()
    await teamKeys.put(teamKey('later'))
    expect((await redis.hkeys(globalKeys.teamKeys)).sort()).toEqual(['former', 'later'])
    // Its last record goes: that does not make it a store of this release.
    await teamKeys.delete('former')
    await teamKeys.delete('later')
    await beside((other) => other.teamKeys.put(teamKey('again')))
    expect(await redis.hkeys(globalKeys.teamKeys)).toEqual(['again'])
  })

  it('is decided once, whoever comes first', async () => {
    const clients = Array.from({ length: 8 }, () => connect())
    await Promise.all(clients.map((client, at) => createStore(client).teamKeys.insert(teamKey(`of-${at}`))))
    for (const client of clients) {
      expect(await createStore(client).teamKeys.ids()).toHaveLength(clients.length)
      client.disconnect()
    }
  })

  it('finds, changes and deletes by id, in the order that was asked for', async () => {
    const { teamKeys } = openStore()
    expect(await teamKeys.insert(teamKey('b'))).toBe(true)
    expect(await teamKeys.insert(teamKey('b'))).toBe(false)
    await teamKeys.put(teamKey('a'))
    const changed = await teamKeys.update('a', (record) => ({ ...record, keyId: 'next' }))
    expect([changed?.keyId, (await teamKeys.find('a'))?.keyId]).toEqual(['next', 'next'])
    expect([...(await teamKeys.findMany(['b', 'nobody', 'a', 'b'])).keys()]).toEqual(['b', 'a'])
    expect([await teamKeys.delete('a'), await teamKeys.delete('a'), await teamKeys.update('a', (it) => it)]).toEqual([
      true,
      false,
      undefined,
    ])
  })
})
