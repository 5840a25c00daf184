import { createReconciliations } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { listScimNotes } from '@flightroster/core/usecases/scim'
import { describe, expect, it } from 'vitest'
import { addScimRoster, bindRoster, connectScim, finish } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

const addUsers = async (prefix: string, count: number) => {
  const ids: string[] = []
  for (let at = 0; at < count; at++) ids.push(await idp.addUser(`${prefix}-${at}@example.com`))
  return ids
}
const values = (ids: readonly string[]) => ids.map((value) => ({ value }))
const held = async (roster: string) => {
  const reconciliations = createReconciliations(api.connection, 'acme')
  return Promise.all((await reconciliations.listHeld(roster)).map((head) => reconciliations.withNames(head)))
}

describe('SCIM groups', () => {
  it('are the people of the rosters that name them, and leave with the group, the switch or the user', async () => {
    await addScimRoster(api, 'one', 'Beta One')
    const [ann, bob, cyd] = (await addUsers('one', 3)) as [string, string, string]
    const group = await idp.addGroup('beta one', [ann])
    expect(await idp.present('one')).toEqual([ann])
    const added = await idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: values([bob, cyd]) }])
    expect([added.status, added.text]).toEqual([204, ''])
    expect(await idp.present('one')).toEqual([ann, bob, cyd].sort())
    await idp.patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "${bob}"]` }])
    expect(await idp.present('one')).toEqual([ann, cyd].sort())
    await idp.patch(`/Users/${ann}`, [{ op: 'replace', path: 'active', value: 'False' }])
    expect(await idp.present('one')).toEqual([cyd])
    expect((await idp.call('GET', `/Users/${ann}`)).body).toMatchObject({ active: false, groups: [{ value: group }] })
    await idp.patch(`/Users/${ann}`, [{ op: 'Replace', value: { active: true } }])
    expect(await idp.present('one')).toEqual([ann, cyd].sort())
    expect((await idp.call('DELETE', `/Users/${cyd}`)).status).toBe(204)
    expect(await idp.present('one')).toEqual([ann])
    expect((await idp.call('GET', `/Groups/${group}`)).body.members).toEqual([{ value: ann, type: 'User' }])
    expect((await idp.call('GET', `/Groups/${group}?excludedAttributes=members`)).body.members).toBeUndefined()
    const timeline = (await api.call('GET', `/v1/rosters/one/members/${ann}/timeline`)).json()
    expect(JSON.stringify(timeline)).toContain('by the identity provider (SCIM)')
  })

  it('may be several of one roster: who is in any of them stays', async () => {
    await addScimRoster(api, 'both', 'ext-both')
    const [ann, bob] = (await addUsers('both', 2)) as [string, string]
    const first = await idp.addGroup('Some name', [ann, bob], { externalId: 'ext-both' })
    const second = await idp.addGroup('ext-both', [ann])
    await idp.patch(`/Groups/${first}`, [{ op: 'remove', path: 'members', value: values([ann]) }])
    expect(await idp.present('both')).toEqual([ann, bob].sort())
    await idp.patch(`/Groups/${second}`, [{ op: 'remove', path: 'members', value: values([ann]) }])
    expect(await idp.present('both')).toEqual([bob])
  })

  it('lose nobody else for somebody whom nobody knows, and a line is kept', async () => {
    await addScimRoster(api, 'odd', 'Odd')
    const [ann] = (await addUsers('odd', 1)) as [string]
    const group = await idp.addGroup('Odd')
    const added = await idp.patch(`/Groups/${group}`, [
      { op: 'Add', path: 'members', value: [{ value: 'nobody-1' }, { value: ann }, 7, null, {}] },
    ])
    expect(added.status).toBe(204)
    expect(await idp.present('odd')).toEqual([ann])
    const activity = await eventually(async () => {
      const { items } = (await api.call('GET', '/v1/rosters/odd/activity')).json()
      expect(items).toHaveLength(2)
      return items as { text: string; by: string }[]
    })
    expect(activity.map(({ by }) => by)).toEqual([expect.stringMatching(/^token:/), expect.stringMatching(/^token:/)])
    expect(activity.some(({ text }) => text.includes('nobody has the id nobody-1'))).toBe(true)
  })

  it('leave a line in the activity where a change of them or of their people is refused, without what it quotes', async () => {
    await addScimRoster(api, 'refused', 'Refused')
    const [ann] = (await addUsers('refused', 1)) as [string]
    const group = await idp.addGroup('Refused', [ann])
    const answers = [
      await idp.patch(`/Users/${ann}`, [{ op: 'replace', path: 'active', value: 'perhaps' }]),
      await idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members[value eq "secret@example.com"', value: 1 }]),
      await idp.call('PUT', `/Groups/${group}`, { displayName: 7 }),
      await idp.call('PUT', '/Users/other@example.com', {}),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 404])
    const texts = await eventually(async () => {
      const { items } = (await api.call('GET', '/v1/rosters/refused/activity?kind=request')).json()
      expect(items).toHaveLength(3)
      return (items as { text: string }[]).map(({ text }) => text)
    })
    expect(texts.toSorted()).toEqual([
      `SCIM group ${group}: a change was refused: "displayName" is required, as a text.`,
      `SCIM group ${group}: a change was refused: invalidPath`,
      `SCIM user ${ann}: a change was refused: "active" is true or false.`,
    ])
    expect(JSON.stringify(await listScimNotes(api.deps))).not.toContain('@')
  })

  it('tell a line once an hour, however often it comes: of a filter that names nothing, of a change that is refused', async () => {
    await addScimRoster(api, 'told', 'Told')
    await addScimRoster(api, 'elsewhere', 'A group that never came')
    const [ann] = (await addUsers('told', 1)) as [string]
    const group = await idp.addGroup('Told', [ann])
    for (let round = 0; round < 20; round++) {
      const found = await idp.call('GET', `/Users?filter=${encodeURIComponent('shoeSize eq "42"')}`)
      expect([found.status, found.body.totalResults]).toEqual([200, 0])
      expect((await idp.call('POST', '/Users', { name: {} })).status).toBe(400)
      expect(
        (await idp.patch(`/Groups/${group}`, [{ op: 'replace', path: 'members[value eq "x"]', value: [] }])).body,
      ).toMatchObject({
        status: '400',
        scimType: 'noTarget',
      })
    }
    const texts = async (roster: string) => {
      const { items } = (await api.call('GET', `/v1/rosters/${roster}/activity?kind=request`)).json()
      return (items as { text: string }[]).map(({ text }) => text).toSorted()
    }
    await eventually(async () => expect(await texts('told')).toHaveLength(3))
    expect(await texts('told')).toEqual([
      `SCIM group ${group}: a change was refused: Nobody in the group fits the filter.`,
      'SCIM, a user or group that is not here: a change was refused: "userName" is required, as a text.',
      'SCIM: a filter names shoesize, which nobody has; nobody was found by it.',
    ])
    expect(await texts('elsewhere')).toEqual([])
    expect((await listScimNotes(api.deps)).filter(({ detail }) => detail.includes('shoesize'))).toHaveLength(1)
  })

  it('are held where a request takes away more than the guard allows, and a person decides', async () => {
    await addScimRoster(api, 'guarded', 'Guarded')
    const ids = await addUsers('guarded', 30)
    const group = await idp.addGroup('Guarded', ids)
    const left = ids.slice(15)
    const answer = await idp.call('PUT', `/Groups/${group}`, { displayName: 'Guarded', members: values(left) })
    expect(answer.status).toBe(200)
    expect(answer.body.members).toHaveLength(15)
    expect(await idp.present('guarded')).toEqual([...ids].sort())
    const [plan] = await held('guarded')
    expect(plan).toMatchObject({ held: 'roster', plan: { remove: 15 }, status: 'held' })
    expect([...(plan?.removals ?? [])].sort()).toEqual(ids.slice(0, 15).sort())
    expect((await api.call('GET', '/v1/rosters/guarded')).json().status).toBe('held')
    const path = `/v1/rosters/guarded/reconciliations/${plan?.id ?? ''}/approve`
    expect((await api.call('POST', path)).statusCode).toBe(200)
    expect(await idp.present('guarded')).toEqual([...left].sort())
    // Whoever comes back afterwards comes back.
    await idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: values(ids.slice(0, 1)) }])
    expect(await idp.present('guarded')).toHaveLength(16)
  })

  it.each([
    ['a whole remove', (group: string) => idp.patch(`/Groups/${group}`, [{ op: 'remove', path: 'members' }])],
    [
      'an empty list',
      (group: string) => idp.patch(`/Groups/${group}`, [{ op: 'replace', path: 'members', value: [] }]),
    ],
    ['an empty PUT', (group: string) => idp.call('PUT', `/Groups/${group}`, { displayName: 'Emptied', members: [] })],
    ['a deletion', (group: string) => idp.call('DELETE', `/Groups/${group}`)],
    [
      'another name',
      (group: string) => idp.patch(`/Groups/${group}`, [{ op: 'replace', value: { displayName: 'No more' } }]),
    ],
  ])('are not emptied by %s without a person', async (name, empty) => {
    const roster = `emptied-${name.replaceAll(/\W/g, '-')}`
    await addScimRoster(api, roster, `Emptied ${name}`)
    const ids = await addUsers(roster, 3)
    const group = await idp.addGroup(`Emptied ${name}`, ids)
    expect((await empty(group)).status).toBeLessThan(300)
    expect(await idp.present(roster)).toEqual([...ids].sort())
    expect((await held(roster)).map((plan) => [plan.held, plan.removals.length])).toEqual([['empty', 3]])
    // One who is switched off leaves for good all the same.
    await idp.patch(`/Users/${ids[0] ?? ''}`, [{ op: 'replace', path: 'active', value: false }])
    expect(await idp.present(roster)).toEqual(ids.slice(1).sort())
  })

  it('lead to a roster from the moment it names them, and unbinding takes nobody away', async () => {
    await addScimRoster(api, 'later', null)
    const ids = await addUsers('later', 4)
    await idp.addGroup('Later', ids)
    expect(await idp.present('later')).toEqual([])
    await bindRoster(api, 'later', 'Later')
    expect(await idp.present('later')).toEqual([...ids].sort())
    await bindRoster(api, 'later', null)
    expect(await idp.present('later')).toEqual([...ids].sort())
    await bindRoster(api, 'later', 'Nothing yet')
    expect(await idp.present('later')).toEqual([...ids].sort())
    await bindRoster(api, 'later', 'Later')
    await bindRoster(api, 'later', 'Nothing yet')
    expect(await idp.present('later')).toEqual([...ids].sort())
    expect(await held('later')).toMatchObject([{ held: 'empty' }])
  })

  it('change nothing by being sent again', async () => {
    await addScimRoster(api, 'same', 'Same')
    const ids = await addUsers('same', 5)
    const group = await idp.addGroup('Same', ids)
    const revision = () => createReconciliations(api.connection, 'acme').revision('same')
    const before = await revision()
    await idp.call('PUT', `/Groups/${group}`, { displayName: 'Same', members: values(ids) })
    await idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: values(ids) }])
    await idp.patch(`/Groups/${group}`, [{ op: 'replace', value: { id: group, displayName: 'Same' } }])
    for (const id of ids) {
      const { body } = await idp.call('GET', `/Users/${id}`)
      await idp.call('PUT', `/Users/${id}`, body)
    }
    expect(await revision()).toBe(before)
  })

  it('are finished where a request died on the way', async () => {
    await addScimRoster(api, 'died', 'Died')
    const [ann] = (await addUsers('died', 1)) as [string]
    const group = await idp.addGroup('Died')
    const { directoryOf } = await import('@flightroster/core/usecases/scim')
    await directoryOf(api.deps, null).store.amendMembers(group, 'add', [ann])
    expect(await idp.present('died')).toEqual([])
    await finish(api)
    expect(await idp.present('died')).toEqual([ann])
  })
})

describe('the address of a SCIM user', () => {
  it('is the primary or work one, else the user name, and changes with it', async () => {
    await addScimRoster(api, 'mail', 'Mail')
    const ids = [
      await idp.addUser('u1', {
        emails: [
          { value: 'home@example.com', type: 'home' },
          { value: 'work@example.com', type: 'Work' },
        ],
      }),
      await idp.addUser('u2', {
        emails: [
          { value: 'second@example.com', type: 'work' },
          { value: 'first@example.com', primary: 'True' },
        ],
      }),
      await idp.addUser('name@example.com'),
      await idp.addUser('nobody-knows'),
    ]
    const group = await idp.addGroup('Mail', ids)
    expect(group).toBeTruthy()
    expect(await idp.addresses('mail')).toEqual(['first@example.com', 'name@example.com', null, 'work@example.com'])
    const waiting = (await api.call('GET', '/v1/rosters/mail/members?status=waiting')).json().items
    expect(waiting.map(({ id }: { id: string }) => id)).toEqual([ids[3]])
    await idp.patch(`/Users/${ids[3] ?? ''}`, [
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'late@example.com' },
    ])
    expect(await idp.addresses('mail')).toContain('late@example.com')
  })

  it('stands where the token says, and is not undone by a change of something else', async () => {
    await addScimRoster(api, 'mapped', 'Mapped')
    const mapped = await connectScim(api, {
      emailAttribute: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:appleId',
    })
    const extension = { 'urn:ietf:params:scim:schemas:extension:acme:2.0:User': { appleId: 'apple@example.com' } }
    const ann = await mapped.addUser('mapped-1@example.com', extension)
    const bob = await mapped.addUser('mapped-2@example.com')
    await mapped.addGroup('Mapped', [ann, bob])
    expect(await mapped.addresses('mapped')).toEqual(['apple@example.com', null])
    await api.call('PUT', `/v1/rosters/mapped/members/${bob}`, { email: 'own@example.com' })
    await mapped.patch(`/Users/${bob}`, [{ op: 'replace', path: 'name.givenName', value: 'Bob' }])
    expect(await mapped.addresses('mapped')).toEqual(['apple@example.com', 'own@example.com'])
  })

  it('is told to be none where what is mapped is no address, without what stands there', async () => {
    await addScimRoster(api, 'mismapped', 'Mismapped')
    const mapped = await connectScim(api, { emailAttribute: 'nickName' })
    const lines = async (id: string) =>
      (await listScimNotes(api.deps)).map(({ detail }) => detail).filter((detail) => detail.includes(id))
    const told = (id: string) => [
      `SCIM user ${id}: what nickName holds is no e-mail address; a member waits until there is one.`,
    ]
    const made = await mapped.addUser('mis-1@example.com', { nickName: 'Annie' })
    expect(await lines(made)).toEqual(told(made))
    const none = await mapped.addUser('mis-2@example.com', { nickName: '' })
    const right = await mapped.addUser('mis-3@example.com', { nickName: 'apple-3@example.com' })
    for (const id of [none, right]) expect(await lines(id)).toEqual([])
    await mapped.addGroup('Mismapped', [made, none, right])
    expect(await mapped.addresses('mismapped')).toEqual(['apple-3@example.com', null, null])
    expect((await mapped.patch(`/Users/${right}`, [{ op: 'replace', path: 'nickName', value: 'Cyd' }])).status).toBe(
      200,
    )
    expect(await lines(right)).toEqual(told(right))
    await eventually(async () => {
      const { items } = (await api.call('GET', '/v1/rosters/mismapped/activity?limit=1000')).json()
      expect(items.map(({ text }: { text: string }) => text)).toContain(told(right)[0])
    })
  })
})
