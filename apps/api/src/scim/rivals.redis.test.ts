import { createReconciliations } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { describe, expect, it } from 'vitest'
import { addScimRoster, finish } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

const addUsers = (prefix: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, at) => idp.addUser(`${prefix}-${at}@example.com`)))
const values = (ids: readonly string[]) => ids.map((value) => ({ value }))
const membersOf = async (group: string) =>
  ((await idp.call('GET', `/Groups/${group}`)).body.members as { value: string }[]).map(({ value }) => value).toSorted()

describe('requests about one group at the same time', () => {
  it('lose nobody: each adds and takes out its own people', async () => {
    await addScimRoster(api, 'many', 'Many')
    const ids = await addUsers('many', 60)
    const group = await idp.addGroup('Many', ids.slice(0, 30))
    const changes = [
      ...ids.slice(30).map((id) => ({ op: 'add', path: 'members', value: [{ value: id }] })),
      ...ids.slice(0, 5).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
    ]
    const answers = await Promise.all(changes.map((change) => idp.patch(`/Groups/${group}`, [change])))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect(await membersOf(group)).toEqual(ids.slice(5).toSorted())
    expect(await idp.present('many')).toEqual(ids.slice(5).toSorted())
  })

  it('leave the roster as the group is, whatever order they came in: a whole list beside single changes', async () => {
    await addScimRoster(api, 'mixed', 'Mixed', { removalGuard: { percent: 100, atLeast: 100 } })
    const ids = await addUsers('mixed', 40)
    const group = await idp.addGroup('Mixed', ids.slice(0, 20))
    const body = { displayName: 'Mixed', members: values(ids.slice(10, 30)) }
    const work = [
      idp.call('PUT', `/Groups/${group}`, body),
      ...ids
        .slice(30)
        .map((id) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: id }] }])),
      idp.call('PUT', `/Groups/${group}`, body),
      ...ids.slice(0, 5).map((id) => idp.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }])),
    ]
    expect((await Promise.all(work)).every(({ status }) => status < 300)).toBe(true)
    await finish(api)
    await eventually(async () => expect(await idp.present('mixed')).toEqual(await membersOf(group)))
    expect((await membersOf(group)).length).toBeGreaterThanOrEqual(20)
  })

  it('make it once, and one user of a name, however it is written', async () => {
    const groups = await Promise.all(
      Array.from({ length: 10 }, () => idp.call('POST', '/Groups', { displayName: 'Once' })),
    )
    expect(groups.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array<number>(9).fill(409)])
    const names = ['Same@example.com', 'same@example.com', 'SAME@EXAMPLE.COM']
    const users = await Promise.all(names.map((userName) => idp.call('POST', '/Users', { userName })))
    expect(users.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409])
    // Letters that only look alike are another name.
    const cyrillic = await idp.call('POST', '/Users', { userName: 's\u0430me@example.com' })
    expect(cyrillic.status).toBe(201)
    const found = await idp.call('GET', `/Users?filter=${encodeURIComponent('userName eq "sAmE@example.com"')}`)
    expect(found.body.totalResults).toBe(1)
    expect(found.body.Resources[0].id).not.toBe(cyrillic.body.id)
  })
})

describe('a bound group that is deleted', () => {
  it('holds its people, and those of the one that takes its place under the same externalId stay', async () => {
    await addScimRoster(api, 'remade', 'ext-remade')
    const ids = await addUsers('remade', 12)
    const first = await idp.addGroup('Remade', ids, { externalId: 'ext-remade' })
    const again = await idp.call('POST', '/Groups', { displayName: 'Other', externalId: 'ext-remade' })
    expect([again.status, again.body.scimType]).toEqual([409, 'uniqueness'])
    expect((await idp.call('DELETE', `/Groups/${first}`)).status).toBe(204)
    const reconciliations = createReconciliations(api.connection, 'acme')
    const [plan] = await reconciliations.listHeld('remade')
    expect(plan).toMatchObject({ held: 'empty', plan: { remove: 12 } })
    const left = ids.slice(0, 9)
    await idp.addGroup('Remade', left, { externalId: 'ext-remade' })
    expect(await idp.present('remade')).toEqual(ids.toSorted())
    // A plan that was shown before the people came back takes out none of them.
    await api.call('POST', `/v1/rosters/remade/reconciliations/${plan?.id ?? ''}/approve`)
    await finish(api)
    await eventually(async () => expect(await idp.present('remade')).toEqual(expect.arrayContaining(left.toSorted())))
  })
})

describe('odd ids and names', () => {
  it.each<[string, (group: string) => Promise<{ status: number }>, number]>([
    [
      'an id of 100,000 letters',
      (group) =>
        idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: 'x'.repeat(100_000) }] }]),
      204,
    ],
    [
      'an id with a NUL and a line break',
      (group) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: 'a\u0000b\n,c' }] }]),
      204,
    ],
    [
      '__proto__ for an id',
      (group) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: '__proto__' }] }]),
      204,
    ],
    [
      'no id at all',
      (group) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [[], {}, true] }]),
      204,
    ],
    [
      'a path of 100,000 letters',
      (group) => idp.patch(`/Groups/${group}`, [{ op: 'add', path: `a${'.b'.repeat(50_000)}`, value: 1 }]),
      400,
    ],
    [
      'a name of control characters',
      (group) => idp.call('PUT', `/Groups/${group}`, { displayName: '\u0000\u0001 ' }),
      400,
    ],
    ['a user name of control characters', () => idp.call('POST', '/Users', { userName: '\u0000\u0007' }), 400],
  ])('%s changes nobody', async (name, ask, status) => {
    const [ann] = (await addUsers(`odd ${name}`.replaceAll(/[^a-z]/g, ''), 1)) as [string]
    const group = await idp.addGroup(`Odd: ${name}`, [ann])
    expect((await ask(group)).status).toBe(status)
    expect(await membersOf(group)).toEqual([ann])
  })
})
