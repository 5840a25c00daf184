import { describe, expect, it } from 'vitest'
import { addScimRoster } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const find = async (path: string, filter: string) => {
  const { status, body } = await idp.call('GET', `${path}?filter=${encodeURIComponent(filter)}`)
  return status === 200 ? body.Resources.map(({ id }: { id: string }) => id) : [status, body.scimType]
}

describe('parts of attributes', () => {
  it('are all that is shown or left out where a part is named, and nobody is left out with it', async () => {
    const id = await idp.addUser('parts@example.com', {
      name: { givenName: 'Ann', familyName: 'Lee' },
      emails: [{ value: 'parts@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { employeeNumber: '42', manager: { value: 'm1' } },
    })
    const read = async (query: string) => (await idp.call('GET', `/Users/${id}?${query}`)).body
    expect((await read('excludedAttributes=name.givenName,emails.type')).name).toEqual({ familyName: 'Lee' })
    expect((await read('excludedAttributes=EMAILS.Type')).emails).toEqual([
      { value: 'parts@example.com', primary: true },
    ])
    expect((await read('attributes=name.givenName')).name).toEqual({ givenName: 'Ann' })
    expect((await read(`attributes=${ENTERPRISE}:employeeNumber`))[ENTERPRISE]).toEqual({ employeeNumber: '42' })
    expect((await read(`excludedAttributes=${ENTERPRISE}:manager.value`))[ENTERPRISE]).toEqual({
      employeeNumber: '42',
      manager: {},
    })
    const group = await idp.addGroup('Parts', [id])
    const members = async (query: string) => (await idp.call('GET', `/Groups/${group}?${query}`)).body.members
    expect(await members('excludedAttributes=members.display')).toEqual([{ value: id, type: 'User' }])
    expect(await members('excludedAttributes=members.type')).toEqual([{ value: id }])
    expect(await members('attributes=members.value')).toEqual([{ value: id }])
    expect(await members('excludedAttributes=members')).toBeUndefined()
    expect(await members('attributes=displayName')).toBeUndefined()
  })

  it('are answered after a PATCH of a group where they are asked for', async () => {
    const group = await idp.addGroup('Answered')
    const operations = { Operations: [{ op: 'replace', path: 'displayName', value: 'Answered anew' }] }
    const asked = await idp.call('PATCH', `/Groups/${group}?attributes=displayName`, operations)
    expect([asked.status, asked.body.displayName, asked.body.members]).toEqual([200, 'Answered anew', undefined])
    expect((await idp.call('PATCH', `/Groups/${group}`, operations)).status).toBe(204)
  })
})

describe('filters', () => {
  it('find users by their groups, and groups by their members, however it is written', async () => {
    const [ann, bob] = [await idp.addUser('in-a-group@example.com'), await idp.addUser('in-none@example.com')]
    const group = await idp.addGroup('Found by members', [ann])
    const other = await idp.addGroup('Found by nobody')
    for (const filter of [`groups.value eq "${group}"`, `groups[value eq "${group}"]`, `groups eq "${group}"`])
      expect([filter, await find('/Users', filter)]).toEqual([filter, [ann]])
    expect(await find('/Users', `id eq "${bob}" and groups.value eq "${group}"`)).toEqual([])
    const found = [
      `members.value eq "${ann}" or members.value eq "${bob}"`,
      `displayName sw "Found by" and (members eq "${ann}" or members[value eq "${bob}"])`,
      `members[value eq "${ann}" and type eq "User"]`,
    ]
    for (const filter of found) expect([filter, await find('/Groups', filter)]).toEqual([filter, [group]])
    expect(await find('/Groups', `displayName sw "Found by" and not (members.value eq "${ann}")`)).toEqual([other])
    expect(await find('/Groups', 'members pr')).toEqual([400, 'invalidFilter'])
    expect(await find('/Groups', 'members.display eq "x"')).toEqual([400, 'invalidFilter'])
  })

  it('take booleans as text, as changes do', async () => {
    const off = await idp.addUser('switched-off@example.com', { active: false })
    for (const wanted of ['false', '"False"', '"false"'])
      expect(await find('/Users', `userName eq "switched-off@example.com" and active eq ${wanted}`)).toEqual([off])
    expect(await find('/Users', 'userName eq "switched-off@example.com" and active eq "True"')).toEqual([])
  })
})

describe('a change that does not say what it is about', () => {
  it('takes nobody out of a group', async () => {
    const id = await idp.addUser('no-value@example.com')
    const group = await idp.addGroup('No value', [id])
    for (const op of ['add', 'replace', 'Replace']) {
      const { status, body } = await idp.patch(`/Groups/${group}`, [{ op, path: 'members' }])
      expect([op, status, body.scimType]).toEqual([op, 400, 'invalidValue'])
    }
    expect((await idp.call('GET', `/Groups/${group}`)).body.members).toHaveLength(1)
    // Nobody, said plainly: Okta pushes a group so that has become empty.
    expect((await idp.patch(`/Groups/${group}`, [{ op: 'replace', path: 'members', value: [] }])).status).toBe(204)
    expect((await idp.call('GET', `/Groups/${group}`)).body.members).toEqual([])
  })

  it('switches nobody on, and takes no attribute away by adding it', async () => {
    const id = await idp.addUser('stays-off@example.com', { active: false, title: 'Boss' })
    for (const operation of [
      { op: 'remove', path: 'active' },
      { op: 'replace', path: 'active', value: null },
      { op: 'replace', value: { active: null } },
    ])
      expect((await idp.patch(`/Users/${id}`, [operation])).body.active).toBe(false)
    const { status, body } = await idp.patch(`/Users/${id}`, [{ op: 'add', path: 'title' }])
    expect([status, body.scimType]).toEqual([400, 'invalidValue'])
    expect((await idp.call('GET', `/Users/${id}`)).body.title).toBe('Boss')
    expect((await idp.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: 'True' }])).body.active).toBe(true)
  })
})

it('an error names no places that it does not have', async () => {
  const { body } = await idp.call('POST', '/Users', '{"userName":')
  expect([body.scimType, body.detail]).toEqual(['invalidSyntax', expect.not.stringContaining('errors[]')])
})

describe('a removal that is held', () => {
  const heldOf = async (roster: string) =>
    (await api.call('GET', `/v1/rosters/${roster}/reconciliations`))
      .json()
      .items.map(({ status, plan }: { status: string; plan: { remove: number } }) => `${status} ${plan.remove}`)

  it('waits for nobody once the provider has put everybody back, and stays while somebody is missing', async () => {
    await addScimRoster(api, 'overtaken', 'Overtaken')
    const ids = await Promise.all(Array.from({ length: 12 }, (_, at) => idp.addUser(`overtaken-${at}@example.com`)))
    const members = (some: string[]) => some.map((value) => ({ value }))
    const group = await idp.addGroup('Overtaken', ids)
    const put = (some: string[]) =>
      idp.call('PUT', `/Groups/${group}`, { displayName: 'Overtaken', members: members(some) })
    await put([])
    expect(await heldOf('overtaken')).toEqual(['held 12'])
    expect((await api.call('GET', '/v1/rosters/overtaken')).json().status).toBe('held')
    // The next cycles of a provider that has them again, one after the other.
    await put(ids.slice(0, 11))
    expect(await heldOf('overtaken')).toEqual(['held 12'])
    await put(ids)
    expect(await heldOf('overtaken')).toEqual(['rejected 12'])
    expect((await api.call('GET', '/v1/rosters/overtaken')).json().status).toBe('active')
    expect(await idp.present('overtaken')).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it('is the same after a rejection: the next cycle that says nothing new asks nobody again', async () => {
    await addScimRoster(api, 'rejected', 'Rejected')
    const ids = await Promise.all(Array.from({ length: 12 }, (_, at) => idp.addUser(`rejected-${at}@example.com`)))
    const group = await idp.addGroup('Rejected', ids)
    const empty = () => idp.patch(`/Groups/${group}`, [{ op: 'replace', path: 'members', value: [] }])
    await empty()
    const { items } = (await api.call('GET', '/v1/rosters/rejected/reconciliations')).json()
    const path = `/v1/rosters/rejected/reconciliations/${items[0].id}/reject`
    expect((await api.call('POST', path, { reason: 'A mistake' })).statusCode).toBe(200)
    await empty()
    expect(await heldOf('rejected')).toEqual(['rejected 12'])
    expect(await idp.present('rejected')).toHaveLength(12)
  })
})
