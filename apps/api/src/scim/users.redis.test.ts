import { describe, expect, it } from 'vitest'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

describe('SCIM users', () => {
  it('are made, read, changed, switched off and deleted', async () => {
    const made = await idp.call('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'Ann@Example.com',
      externalId: 'ext-1',
      name: { givenName: 'Ann', familyName: 'Lee' },
      password: 'secret',
      emails: [{ value: 'ann@example.com', type: 'work', primary: true }],
    })
    expect(made.status).toBe(201)
    expect(made.headers['content-type']).toBe('application/scim+json; charset=utf-8')
    const { id } = made.body
    expect(made.body).toMatchObject({ userName: 'Ann@Example.com', active: true, meta: { resourceType: 'User' } })
    expect(made.headers['location']).toBe(`https://flightroster.example.com/scim/v2/Users/${id}`)
    expect(made.text).not.toContain('secret')

    const again = await idp.call('POST', '/Users', { userName: 'ann@example.COM' })
    expect([again.status, again.body]).toEqual([
      409,
      expect.objectContaining({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '409',
        scimType: 'uniqueness',
      }),
    ])

    const put = await idp.call('PUT', `/Users/${id}`, { userName: 'ann2@example.com', active: false })
    expect([put.status, put.body.userName, put.body.active, put.body.name]).toEqual([
      200,
      'ann2@example.com',
      false,
      undefined,
    ])
    expect((await idp.call('GET', `/Users/${id}`)).body.active).toBe(false)
    expect((await idp.call('POST', '/Users', { userName: 'ann@example.com' })).status).toBe(201)

    expect((await idp.call('DELETE', `/Users/${id}`)).status).toBe(204)
    for (const method of ['GET', 'DELETE'] as const) {
      const gone = await idp.call(method, `/Users/${id}`)
      expect([gone.status, gone.body.status]).toEqual([404, '404'])
    }
    expect(await api.connection.keys('fr:{scim:all}:told')).toEqual([])
  })

  it('are refused where a name holds half of a letter, in which two names would be one', async () => {
    for (const half of ['\ud800', '\udc01']) {
      for (const body of [{ userName: `half${half}` }, { userName: 'half', [half]: 1 }])
        expect((await idp.call('POST', '/Users', body)).status).toBe(400)
    }
    expect((await idp.call('POST', '/Users', { userName: 'whole 😀' })).status).toBe(201)
  })

  it('are found by what providers ask for, and nobody found is an empty list', async () => {
    const id = await idp.addUser('bob@example.com', {
      externalId: 'Bob-7',
      emails: [{ value: 'bob@work.example.com', type: 'work' }],
    })
    const find = async (filter: string) => {
      const { status, body } = await idp.call('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect(status).toBe(200)
      return body.Resources.map((user: { id: string }) => user.id)
    }
    for (const filter of [
      'userName eq "BOB@example.com"',
      'externalId eq "Bob-7"',
      `id eq "${id}"`,
      'emails[type eq "work"].value eq "bob@work.example.com"',
      'emails.value eq "bob@work.example.com"',
      'userName eq "bob@example.com" and active eq true',
      'userName sw "bob" and (active eq true or title pr)',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "bob@example.com"',
    ])
      expect(await find(filter), filter).toEqual([id])
    for (const filter of [
      'userName eq "nobody"',
      'externalId eq "bob-7"',
      'shoeSize eq "42"',
      'active eq false and userName eq "bob@example.com"',
    ])
      expect(await find(filter), filter).toEqual([])
    const odd = await idp.call('GET', '/Users?filter=userName%20eq')
    expect([odd.status, odd.body.scimType]).toEqual([400, 'invalidFilter'])
  })

  it('are listed page by page, in one order', async () => {
    for (let at = 0; at < 7; at++) await idp.addUser(`page-${at}@example.com`)
    const all = (await idp.call('GET', '/Users?count=200')).body
    const ids: string[] = []
    for (let startIndex = 1; ids.length < all.totalResults; startIndex += 3) {
      const { body } = await idp.call('GET', `/Users?startIndex=${startIndex}&count=3`)
      expect(body).toMatchObject({ totalResults: all.totalResults, startIndex, itemsPerPage: body.Resources.length })
      ids.push(...body.Resources.map((user: { id: string }) => user.id))
    }
    expect(ids).toEqual(all.Resources.map((user: { id: string }) => user.id))
    expect(new Set(ids).size).toBe(all.totalResults)
    expect((await idp.call('GET', '/Users?count=0')).body).toMatchObject({ totalResults: ids.length, Resources: [] })
    expect((await idp.call('GET', '/Users?startIndex=-5&count=-1')).body).toMatchObject({
      startIndex: 1,
      Resources: [],
    })
    expect((await idp.call('GET', '/Users?startIndex=x&count=9999')).status).toBe(200)
  })

  it('are answered with what was asked for', async () => {
    const id = await idp.addUser('few@example.com', { title: 'Boss' })
    expect(Object.keys((await idp.call('GET', `/Users/${id}?attributes=userName`)).body).sort()).toEqual([
      'id',
      'schemas',
      'userName',
    ])
    expect((await idp.call('GET', `/Users/${id}?excludedAttributes=title,meta`)).body).toEqual({
      schemas: [expect.any(String)],
      id,
      userName: 'few@example.com',
      active: true,
    })
  })
})

describe('what SCIM is', () => {
  it('says which parts it speaks', async () => {
    const { body } = await idp.call('GET', '/ServiceProviderConfig')
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 1_000 },
      filter: { supported: true },
    })
    expect((await idp.call('GET', '/ResourceTypes')).body.Resources.map(({ id }: { id: string }) => id)).toEqual([
      'User',
      'Group',
    ])
    expect((await idp.call('GET', '/ResourceTypes/User')).body.endpoint).toBe('/Users')
    const { body: schemas } = await idp.call('GET', '/Schemas')
    expect(schemas.totalResults).toBe(3)
    for (const { id } of schemas.Resources) expect((await idp.call('GET', `/Schemas/${id}`)).body.id).toBe(id)
    expect((await idp.call('GET', '/Schemas/none')).status).toBe(404)
    expect((await idp.call('GET', '/Schemas?filter=x')).status).toBe(403)
  })

  it('refuses in its own form, whatever does not fit', async () => {
    const answers = [
      await idp.call('GET', '/Nothing'),
      await idp.call('PUT', '/Users', {}),
      await idp.call('POST', '/Users', '{'),
      await idp.call('POST', '/Users', '[]'),
      await idp.call('POST', '/Users', {}),
      await idp.call('POST', '/Users', { userName: 7 }),
      await idp.call('POST', '/Users', { userName: 'x', active: 'perhaps' }),
      await idp.call('POST', '/Users', { userName: 'x'.repeat(300) }),
      await idp.call('POST', '/Users', { userName: 'large', title: 'x'.repeat(17_000) }),
      await idp.call('POST', '/Groups', {}),
      await idp.call('POST', '/Groups', { displayName: 'x'.repeat(257) }),
      await idp.call('POST', '/Groups', { displayName: 'x', externalId: 'x'.repeat(257) }),
      await idp.patch(`/Groups/${await idp.addGroup('patched')}`, [
        { op: 'replace', path: 'externalId', value: 'x'.repeat(257) },
      ]),
    ]
    expect(answers.map(({ status }) => status)).toEqual([
      404, 405, 400, 400, 400, 201, 400, 400, 413, 400, 400, 400, 400,
    ])
    for (const { status, body, headers } of answers.filter((one) => one.status >= 400)) {
      expect(headers['content-type']).toBe('application/scim+json; charset=utf-8')
      expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status) })
      expect(body.detail).toEqual(expect.any(String))
    }
    const closed = await api.call('GET', '/scim/v2/Users', undefined, { authorization: 'Bearer none' })
    expect([closed.statusCode, closed.headers['www-authenticate'], closed.json().status]).toEqual([
      401,
      'Bearer',
      '401',
    ])
    const events = (await api.call('POST', '/v1/tokens', { name: 'x', scopes: ['events:write'] })).json().token
    const other = await api.call('GET', '/scim/v2/Users', undefined, { authorization: `Bearer ${events}` })
    expect([other.statusCode, other.json().status]).toEqual([403, '403'])
  })
})
