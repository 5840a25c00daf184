import { expect, it, vi } from 'vitest'
import { listScimGroups } from '@flightroster/core/usecases/scim'
import { addScimRoster, bindRoster, finish } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

const addUsers = (prefix: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, at) => idp.addUser(`${prefix}-${at}@example.com`)))

it('a binding that died once the settings were kept is finished by another process', async () => {
  await addScimRoster(api, 'died', null)
  const ids = await addUsers('died', 3)
  await idp.addGroup('Died', ids)
  const list = vi.spyOn(api.store.scimDirectories, 'list').mockRejectedValueOnce(new Error('The process is gone.'))
  await expect(bindRoster(api, 'died', 'Died')).rejects.toThrow('gone')
  list.mockRestore()
  expect((await api.store.rosters.find('died'))?.scimGroup).toBe('Died')
  expect(await idp.present('died')).toEqual([])
  await finish(api)
  expect(await idp.present('died')).toEqual(ids.toSorted())
})

it('a roster that was deleted and made again under its id gets the people of its group again', async () => {
  const first = await addScimRoster(api, 'again', 'Again')
  const ids = await addUsers('again', 3)
  await idp.addGroup('Again', ids)
  expect(await idp.present('again')).toEqual(ids.toSorted())
  expect((await api.call('DELETE', '/v1/rosters/again')).statusCode).toBe(204)
  await addScimRoster(api, 'again', 'Again', { createdAt: first.createdAt + 60_000 })
  expect(await idp.present('again')).toEqual(ids.toSorted())
})

it('a group that is bound to nothing is listed with its size, before those that are bound', async () => {
  await addScimRoster(api, 'bound', 'A bound one')
  await idp.addGroup('A bound one', await addUsers('bound', 1))
  await idp.addGroup('Z is free', await addUsers('free', 2))
  await idp.addGroup('Y is free')
  const { items } = (await api.call('GET', '/v1/scim/groups')).json()
  const listed = (items as { displayName: string; members: number; rosters: string[] }[])
    .filter(({ displayName }) => /bound one|is free/.test(displayName))
    .map(({ displayName, members, rosters }) => [displayName, members, rosters])
  expect(listed).toEqual(
    expect.arrayContaining([
      ['Y is free', 0, []],
      ['Z is free', 2, []],
      ['A bound one', 1, ['bound']],
    ]),
  )
  const shown = (await listScimGroups(api.deps)).map(({ group, rosters }) => [group.displayName, rosters.length > 0])
  const firstBound = shown.findIndex(([, isBound]) => isBound)
  expect(shown.slice(firstBound).every(([, isBound]) => isBound)).toBe(true)
  expect(shown.slice(0, firstBound).map(([name]) => name)).toEqual(expect.arrayContaining(['Y is free', 'Z is free']))
})
