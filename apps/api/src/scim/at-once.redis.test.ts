import type { Store } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addScimRoster, connectScim, putGroup, type ScimClient } from '../../testing/scim.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi
let idp: ScimClient
beforeAll(async () => {
  api = await serveApi()
  idp = await connectScim(api)
})
afterAll(() => api.close())

const AT_ONCE = 10
const PAGES = AT_ONCE + 2
const PEOPLE = PAGES * 500

/** Records nothing until `open` is called. `waiting`: the steps of a request that wait for that; `most`: how many did at once. */
function holdRecords(store: Store) {
  const record = store.recordChanges.bind(store)
  const waiting: (() => void)[] = []
  let [isOpen, most] = [false, 0]
  store.recordChanges = async (options) => {
    if (!isOpen) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        most = Math.max(most, waiting.length)
      })
    }
    return record(options)
  }
  return {
    waiting: () => waiting.length,
    most: () => most,
    open() {
      isOpen = true
      for (const go of waiting.splice(0)) go()
    },
    restore: () => void (store.recordChanges = record),
  }
}

it('ten pages of a large group are told at once, and no more: each waits for the disk of the store', async () => {
  await addScimRoster(api, 'at-once', 'At once', { removalGuard: { percent: 100, atLeast: PEOPLE + 1 } })
  const { ids } = await putGroup(api, idp, 'Elsewhere', PEOPLE)
  const stays = await idp.addUser('stays@example.com')
  const group = await idp.addGroup('At once', [stays])
  const value = ids.map((one) => ({ value: one }))
  for (const op of ['add', 'remove']) {
    const held = holdRecords(api.store)
    try {
      const answer = idp.patch(`/Groups/${group}`, [{ op, path: 'members', value }])
      await eventually(() => expect([op, held.waiting()]).toEqual([op, AT_ONCE]))
      held.open()
      expect((await answer).status).toBe(204)
      expect([op, held.most()]).toEqual([op, AT_ONCE])
    } finally {
      held.restore()
    }
  }
}, 120_000)
