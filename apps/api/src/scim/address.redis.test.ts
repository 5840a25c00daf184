import { expect, it } from 'vitest'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim({ scimEmailAttribute: 'nickName' })

const everything = (name: string) => ({
  nickName: `${name}@nick.example.com`,
  emails: [
    { type: 'work', primary: true, value: `${name}@work.example.com` },
    { type: 'other', value: `${name}@other.example.com` },
  ],
})

it('the address stands where the environment says, unless the token says otherwise', async () => {
  await addScimRoster(api, 'where', 'Where')
  const other = await connectScim(api, { emailAttribute: 'emails[type eq "other"].value' })
  const ids = [await idp.addUser('ann', everything('ann')), await other.addUser('bob', everything('bob'))]
  await idp.addGroup('Where', ids)
  expect(await idp.addresses('where')).toEqual(['ann@nick.example.com', 'bob@other.example.com'])
})

it('no other address is taken where the one that is mapped is empty: it would be a guess', async () => {
  await addScimRoster(api, 'empty', 'Empty')
  const { nickName: _, ...rest } = everything('cyd')
  const cyd = await idp.addUser('cyd@example.com', rest)
  await idp.addGroup('Empty', [cyd])
  expect(await idp.addresses('empty')).toEqual([null])
  const { items } = (await api.call('GET', '/v1/rosters/empty/members?status=waiting')).json()
  expect(items).toMatchObject([{ id: cyd, problem: { code: 'address_missing' } }])
  // It goes in by itself once the provider has it.
  await idp.patch(`/Users/${cyd}`, [{ op: 'add', path: 'nickName', value: 'cyd@nick.example.com' }])
  expect(await idp.addresses('empty')).toEqual(['cyd@nick.example.com'])
})

it('what the member gave stays over a leave and a return, until the provider has another one', async () => {
  await addScimRoster(api, 'own', 'Own')
  const stays = await idp.addUser('stays', everything('stays'))
  const dan = await idp.addUser('dan', everything('dan'))
  const group = await idp.addGroup('Own', [stays, dan])
  await api.call('PUT', `/v1/rosters/own/members/${dan}`, { email: 'dan@icloud.com' })
  await idp.patch(`/Users/${dan}`, [{ op: 'replace', path: 'active', value: false }])
  expect(await idp.addresses('own')).toEqual(['stays@nick.example.com'])
  await idp.patch(`/Users/${dan}`, [{ op: 'replace', path: 'active', value: true }])
  expect(await idp.addresses('own')).toEqual(['dan@icloud.com', 'stays@nick.example.com'])
  await idp.patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "${dan}"]` }])
  await idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: dan }] }])
  await idp.patch(`/Users/${dan}`, [{ op: 'replace', path: 'name.familyName', value: 'Li' }])
  expect(await idp.addresses('own')).toEqual(['dan@icloud.com', 'stays@nick.example.com'])
  await idp.patch(`/Users/${dan}`, [{ op: 'replace', path: 'nickName', value: 'dan2@nick.example.com' }])
  expect(await idp.addresses('own')).toEqual(['dan2@nick.example.com', 'stays@nick.example.com'])
})
