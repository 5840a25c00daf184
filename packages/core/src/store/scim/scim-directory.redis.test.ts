import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NOTHING_TOLD, type ScimGroup, type ScimUser } from '../../domain/scim.ts'
import { createScimDirectory } from './scim-directory.ts'

const { redis } = await withRedis()
const times = { createdAt: 1, updatedAt: 1 }
const profile = { email: 'ann@example.com', firstName: null, lastName: null }

function makeUser(id: string, userName = id): ScimUser {
  return { v: 1, id, userName, externalId: null, active: true, profile, resource: {}, ...times }
}
const makeGroup = (id: string): ScimGroup => ({ v: 1, id, displayName: id, externalId: null, ...times })

async function openDirectory(...users: string[]) {
  const directory = createScimDirectory(redis, 'd-1')
  for (const id of users) await directory.users.insert(makeUser(id))
  await directory.groups.insert(makeGroup('g-1'))
  return directory
}

it('a user name belongs to one user of a directory, and is free again once that user is deleted', async () => {
  const { users } = await openDirectory('ann')
  expect(await users.insert(makeUser('lee', 'ANN'))).toBe(false)
  expect(await users.update('ann', (user) => ({ record: { ...user, active: false }, isTold: true }))).toMatchObject({
    before: { active: true },
    after: { active: false },
  })
  expect(await users.delete('ann')).toBe(true)
  expect(await users.update('ann', () => undefined)).toBe('missing')
  expect(await users.insert(makeUser('lee', 'ANN'))).toBe(true)
  expect([await users.total(), (await users.findBy('name', 'ann')).map(({ id }) => id)]).toEqual([1, ['lee']])
})

it('users are put into a group and taken out; whoever is not known is named, and changes nothing', async () => {
  const directory = await openDirectory('ann', 'lee')
  expect(await directory.amendMembers('g-1', 'add', ['ann', 'nobody'])).toEqual({
    changed: ['ann'],
    unknown: ['nobody'],
  })
  expect(await directory.amendMembers('g-1', 'add', ['ann', 'lee'])).toEqual({ changed: ['lee'], unknown: [] })
  expect(await directory.groupsOf(['ann', 'lee', 'nobody'])).toEqual([['g-1'], ['g-1'], []])
  expect(await directory.amendMembers('g-1', 'remove', ['ann', 'nobody'])).toEqual({ changed: ['ann'], unknown: [] })
  expect([await directory.countMembers('g-1'), await directory.whoIsIn('g-1', ['ann', 'lee'])]).toEqual([1, ['lee']])
})

it('a group that is gone by now takes nobody in, and says so', async () => {
  const directory = await openDirectory('ann')
  await directory.groups.delete('g-1')
  expect(await directory.amendMembers('g-1', 'add', ['ann'])).toBeUndefined()
  expect(await directory.amendMembers('g-1', 'remove', ['ann'])).toEqual({ changed: [], unknown: [] })
})

it('what rosters were told is kept only of whoever has not changed since', async () => {
  const directory = await openDirectory('ann', 'lee')
  const told = { ...NOTHING_TOLD, profile, rosters: ['gold'] }
  const [ann, lee] = await directory.standings(['ann', 'lee'])
  if (!ann || !lee) throw new Error('Both are there.')
  await directory.touch(['lee'])
  const notes = [ann, lee].map(({ id, revision }) => ({ id, revision, told }))
  expect(await directory.noteTold(notes, true)).toEqual(new Set(['lee']))
  const [after] = await directory.standings(['ann'])
  expect(after?.told).toEqual(told)
  expect(await directory.touchedBefore(Number.MAX_SAFE_INTEGER)).toEqual(['lee'])
})

it('a deleted user is forgotten once nothing has changed since, and whoever is there never', async () => {
  const directory = await openDirectory('ann', 'lee')
  await directory.amendMembers('g-1', 'add', ['ann', 'lee'])
  await directory.users.delete('ann')
  const [ann, lee] = await directory.standings(['ann', 'lee'])
  if (!ann || !lee) throw new Error('Both are still known.')
  await directory.forget({ ...ann, revision: '1' })
  expect(await directory.countMembers('g-1')).toBe(2)
  for (const one of [ann, lee]) await directory.forget(one)
  expect([await directory.countMembers('g-1'), await directory.groupsOf(['ann', 'lee'])]).toEqual([1, [[], ['g-1']]])
})
