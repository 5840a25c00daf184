import type { Connection, Store } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { directoryOf } from '@flightroster/core/usecases/scim'
import type { ScimGroup } from '@flightroster/core/domain'
import { addScimRoster, putGroup } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'
import { groupText } from './group-resource.ts'
import { readProjection } from './projection.ts'

/** No page takes any time, and none is taken again since the store was too busy, on whatever machine. */
const { api, idp } = await withScim({ clock: { now: Date.now, monotonic: () => 0 } })

/** How many pages are under way at once: each that was quick is followed by one more. */
const AT_ONCE = [4, 8, 10, 10]
const PEOPLE = 500 * AT_ONCE.reduce((sum, pages) => sum + pages)

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
    /** Those who wait go on, and nobody after them. */
    letGo() {
      for (const go of waiting.splice(0)) go()
    },
    open() {
      isOpen = true
      for (const go of waiting.splice(0)) go()
    },
    /** Nobody waits any more: large requests share their pace. */
    restore() {
      this.open()
      store.recordChanges = record
    },
  }
}

/** How many ids of the group's members the store has answered, in whatever way it was asked. */
function watchIds(connection: Connection, group: string) {
  const send = connection.sendCommand.bind(connection)
  let ids = 0
  connection.sendCommand = (command, ...rest) => {
    if (command.args.some((arg) => String(arg).endsWith(`:${group}`)))
      command.promise.then(
        (answer: unknown) => void (ids += [answer].flat(2).filter((one) => typeof one === 'string').length),
        () => {},
      )
    return send(command, ...rest)
  }
  return { ids: () => ids, [Symbol.dispose]: () => void (connection.sendCommand = send) }
}

it('pages of a large group are told at once, four and then more, ten at most: each waits for the disk of the store', async () => {
  await addScimRoster(api, 'at-once', 'At once', { removalGuard: { percent: 100, atLeast: PEOPLE + 1 } })
  const { ids } = await putGroup(api, idp, 'Elsewhere', PEOPLE)
  const stays = await idp.addUser('stays@example.com')
  const group = await idp.addGroup('At once', [stays])
  const value = ids.map((one) => ({ value: one }))
  // Who leaves was looked at before, page by page.
  for (const [op, atOnce] of [
    ['add', AT_ONCE],
    ['remove', [10, 10, 10, 2]],
  ] as const) {
    const held = holdRecords(api.store)
    try {
      const answer = idp.patch(`/Groups/${group}`, [{ op, path: 'members', value }])
      for (const pages of atOnce) {
        await eventually(() => expect([op, held.waiting()]).toEqual([op, pages]))
        held.letGo()
      }
      held.open()
      expect((await answer).status).toBe(204)
      expect([op, held.most()]).toEqual([op, 10])
    } finally {
      held.restore()
    }
  }
})

it('eight providers that change a large group at once have as many pages under way as one, and each is answered', async () => {
  const most = PEOPLE + 1
  const groups = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      await addScimRoster(api, `eight-${at}`, `Eight ${at}`, { removalGuard: { percent: 100, atLeast: most } })
      return idp.addGroup(`Eight ${at}`)
    }),
  )
  const { ids } = await putGroup(api, idp, 'Of eight', 1_500)
  const value = ids.map((one) => ({ value: one }))
  const held = holdRecords(api.store)
  try {
    const answers = groups.map((group) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value }]))
    await eventually(() => expect(held.waiting()).toBe(AT_ONCE[0]))
    for (let rounds = 0; rounds < 3; rounds++) {
      held.letGo()
      await eventually(() => expect(held.waiting()).toBeGreaterThan(0))
    }
    held.open()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(groups.map(() => 204))
    expect(held.most()).toBeLessThanOrEqual(10)
  } finally {
    held.restore()
  }
  for (const at of groups.keys())
    expect((await api.call('GET', `/v1/rosters/eight-${at}`)).json().counts.pending).toBe(ids.length)
})

it('a store that is too busy to answer some steps of a large change in time is asked again, and nobody is told or left out twice', async () => {
  await addScimRoster(api, 'busy', 'Busy', { removalGuard: { percent: 100, atLeast: PEOPLE } })
  const { ids } = await putGroup(api, idp, 'Of busy', 2_000)
  const group = await idp.addGroup('Busy', [await idp.addUser('busy-stays@example.com')])
  const send = api.connection.sendCommand.bind(api.connection)
  const late = new Set<string>()
  // Each step about these people is carried out, and its answer comes too late; once, as the store has time then.
  api.connection.sendCommand = (command, ...rest) => {
    const answer = send(command, ...rest)
    const person = command.args.map(String).find((arg) => arg.startsWith('Of busy-'))
    const step = `${String(command.args[0])} ${person ?? ''}`
    if (person !== undefined && !late.has(step)) {
      late.add(step)
      queueMicrotask(() => command.reject(new Error('Command timed out')))
    }
    return answer
  }
  try {
    for (const op of ['add', 'remove', 'add']) {
      late.clear()
      const value = ids.map((one) => ({ value: one }))
      expect([op, (await idp.patch(`/Groups/${group}`, [{ op, path: 'members', value }])).status]).toEqual([op, 204])
      // Four pages, each with four reads, a claim and what the roster is told.
      expect(late.size).toBeGreaterThanOrEqual(4 * 6)
    }
  } finally {
    api.connection.sendCommand = send
  }
  expect((await api.call('GET', '/v1/rosters/busy')).json().counts.pending).toBe(ids.length + 1)
  expect(await api.connection.zcard('fr:{scim:all}:touched')).toBe(0)
  const { items } = (await api.call('GET', `/v1/rosters/busy/members/${ids[0] ?? ''}/timeline`)).json()
  const kinds = (items as { kind: string }[]).map(({ kind }) => kind).filter((kind) => /^(joined|left)$/.test(kind))
  expect(kinds).toEqual(['joined', 'left', 'joined'])
})

it('a large group is read as far as it is told, and its ids alone are no less: what is read ahead would be the whole of it', async () => {
  const { id } = await putGroup(api, idp, 'Ahead', PEOPLE)
  await addScimRoster(api, 'ahead', 'Ahead by another name')
  using read = watchIds(api.connection, id)
  const held = holdRecords(api.store)
  try {
    const displayName = { op: 'replace', path: 'displayName', value: 'Ahead by another name' }
    const answer = idp.patch(`/Groups/${id}`, [displayName])
    await eventually(() => expect(held.waiting()).toBe(AT_ONCE[0]))
    expect(read.ids()).toBe(4 * 500)
    held.open()
    expect((await answer).status).toBe(204)
    expect(read.ids()).toBe(PEOPLE)
  } finally {
    held.restore()
  }
})

it('a change of a few in a large group reads those, and nobody else', async () => {
  const { id, ids } = await putGroup(api, idp, 'Few', PEOPLE)
  await addScimRoster(api, 'few', 'Few')
  using read = watchIds(api.connection, id)
  const value = ids.slice(0, 20).map((one) => ({ value: one }))
  for (const op of ['remove', 'add'])
    expect((await idp.patch(`/Groups/${id}`, [{ op, path: 'members', value }])).status).toBe(204)
  expect(read.ids()).toBe(2 * value.length)
})

it('a large group is answered as it is read: whoever reads its beginning has had no more than that read', async () => {
  const { id } = await putGroup(api, idp, 'Streamed', PEOPLE)
  const group = await directoryOf(api, null).store.groups.find(id)
  using read = watchIds(api.connection, id)
  const text = groupText(directoryOf(api, null), group as ScimGroup, '', readProjection({}))
  const first = [await text.next(), await text.next()].map(({ value }) => value as string).join('')
  expect(first.match(/"value"/g)).toHaveLength(500)
  expect(read.ids()).toBe(500)
})
