import { describe, expect, it } from 'vitest'
import { addScimRoster, bindRoster, connectScim } from '../../../testing/scim.ts'
import { withScim } from '../../../testing/with-scim.ts'

const { api, idp } = await withScim()

const listed = async (query = '') => (await api.call('GET', `/v1/scim/groups${query}`)).json()
const previewOf = async (roster: string, group: string) =>
  (await api.call('GET', `/v1/scim/preview?roster=${roster}&group=${encodeURIComponent(group)}`)).json()
const named = (givenName: string) => ({ name: { givenName, familyName: 'Lee' } })
const namesOf = (people: { firstName: string }[]) => people.map(({ firstName }) => firstName)

describe('groups that identity providers pushed', () => {
  it('are listed with their size and the rosters that name them, page by page', async () => {
    await addScimRoster(api, 'listed', 'Listed')
    const ann = await idp.addUser('listed@example.com')
    const bound = await idp.addGroup('Listed', [ann], { externalId: 'x-1' })
    const free = await idp.addGroup('Bound to nothing')
    const all = (await listed()).items
    expect(all.find(({ id }: { id: string }) => id === bound)).toMatchObject({
      displayName: 'Listed',
      externalId: 'x-1',
      members: 1,
      rosters: ['listed'],
    })
    expect(all.find(({ id }: { id: string }) => id === free)).toMatchObject({ members: 0, rosters: [] })
    const first = await listed('?limit=1')
    const second = await listed(`?limit=1&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items]).toEqual(all.slice(0, 2))
  })

  it('of a token bound to rosters are among them, and lead to those rosters alone', async () => {
    await addScimRoster(api, 'own', null)
    await addScimRoster(api, 'foreign', null)
    const theirs = await connectScim(api, { rosters: ['own'] })
    await theirs.addGroup('Theirs', [await theirs.addUser('theirs@example.com')])
    expect((await listed()).items.map((one: { displayName: string }) => one.displayName)).toContain('Theirs')
    expect(await previewOf('own', 'Theirs')).toMatchObject({ plan: { add: 1 } })
    expect(await previewOf('foreign', 'Theirs')).toMatchObject({ groups: [], plan: { add: 0 } })
  })
})

describe('what a binding would do', () => {
  it('is asked of a roster that is there', async () => {
    expect(await previewOf('none', 'Listed')).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('is told by name in order before it takes effect, and is what then happens', async () => {
    await addScimRoster(api, 'first', null)
    await api.call('PUT', '/v1/rosters/first/members/by-hand', { email: 'by-hand@example.com' })
    const zoe = await idp.addUser('zoe@example.com', named('Zoe'))
    const ann = await idp.addUser('ann-of-first', named('ann'))
    const off = await idp.addUser('off@example.com', { ...named('Off'), active: false })
    const group = await idp.addGroup('First', [zoe, ann, off])
    const preview = await previewOf('first', 'first')
    expect(preview).toMatchObject({
      roster: 'first',
      groups: [{ id: group, displayName: 'First', members: 3 }],
      plan: { add: 2, remove: 0, unchanged: 0 },
      others: 1,
      withoutAddress: 1,
      held: false,
    })
    expect(namesOf(preview.people.add)).toEqual(['ann', 'Zoe'])
    expect(await idp.present('first')).toEqual(['by-hand'])
    await bindRoster(api, 'first', 'First')
    expect(await idp.present('first')).toEqual([ann, 'by-hand', zoe].sort())
    expect(await previewOf('first', 'First')).toMatchObject({ plan: { add: 0, remove: 0, unchanged: 2 }, others: 1 })
  })

  it('counts a person of two groups once, also among those who would leave', async () => {
    await addScimRoster(api, 'twice', 'ext-twice')
    const ids = [await idp.addUser('t1@example.com'), await idp.addUser('t2@example.com')]
    await idp.addGroup('Some', ids, { externalId: 'ext-twice' })
    await idp.addGroup('ext-twice', ids)
    expect(await idp.present('twice')).toEqual(ids.toSorted())
    expect(await previewOf('twice', 'ext-twice')).toMatchObject({ plan: { add: 0, remove: 0, unchanged: 2 } })
    await idp.addGroup('Next', [ids[0] as string])
    const preview = await previewOf('twice', 'Next')
    expect(preview).toMatchObject({ plan: { add: 0, remove: 1, unchanged: 1 }, others: 0, held: false })
    expect(preview.people.remove).toMatchObject([{ id: ids[1] }])
  })

  it('says that the removals would be held, as they are then', async () => {
    await addScimRoster(api, 'heldone', 'Former')
    const ids: string[] = []
    for (let at = 0; at < 12; at++) ids.push(await idp.addUser(`h${at}@example.com`))
    await idp.addGroup('Former', ids)
    await idp.addGroup('Latter', ids.slice(0, 1))
    expect(await previewOf('heldone', 'Latter')).toMatchObject({ plan: { remove: 11, unchanged: 1 }, held: true })
    await bindRoster(api, 'heldone', 'Latter')
    expect(await idp.present('heldone')).toHaveLength(12)
  })
})
