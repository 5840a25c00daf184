import { createReconciliations } from '@flightroster/core/store'
import { directoryOf } from '@flightroster/core/usecases/scim'
import { describe, expect, it, vi } from 'vitest'
import { addScimRoster, connectScim, type ScimClient } from '../../testing/scim.ts'
import { serveApi } from '../../testing/serve.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

describe('large and hostile SCIM requests', () => {
  it('change thousands of people at once, and nothing by being sent again', async () => {
    await addScimRoster(api, 'large', 'Large')
    const ids: string[] = []
    for (let at = 0; at < 3_000; at += 50) {
      const some = Array.from({ length: 50 }, (_, one) => idp.addUser(`large-${at + one}@example.com`))
      ids.push(...(await Promise.all(some)))
    }
    const group = await idp.addGroup('Large')
    const add = { op: 'add', path: 'members', value: ids.map((value) => ({ value })) }
    expect((await idp.patch(`/Groups/${group}`, [add])).status).toBe(204)
    const total = async () => (await api.call('GET', '/v1/rosters/large')).json().counts.pending
    expect(await total()).toBe(3_000)
    const { body } = await idp.call('GET', `/Groups/${group}`)
    expect(new Set(body.members.map(({ value }: { value: string }) => value))).toEqual(new Set(ids))
    const revision = () => createReconciliations(api.connection, 'acme').revision('large')
    const before = await revision()
    expect((await idp.call('PUT', `/Groups/${group}`, body)).status).toBe(200)
    expect(await revision()).toBe(before)
    // One operation for each, as some providers send them.
    const each = ids.slice(0, 500).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }))
    expect((await idp.patch(`/Groups/${group}`, each)).status).toBe(204)
    expect((await createReconciliations(api.connection, 'acme').listHeld('large')).length).toBe(0)
    const left = (await idp.call('GET', `/Groups/${group}`)).body.members
    expect(left).toHaveLength(2_500)
  })

  it('take a group of 10,000 with a few hundred commands to the store, whatever they say of it', async () => {
    await addScimRoster(api, 'whole', 'Whole')
    const { store } = directoryOf(api, null)
    const ids = Array.from({ length: 10_000 }, (_, at) => `whole-${String(at).padStart(5, '0')}`)
    const now = api.deps.clock.now()
    const profile = { email: null, firstName: null, lastName: null }
    const userOf = (id: string) => ({
      userName: id,
      externalId: null,
      active: true,
      profile,
      resource: { userName: id },
    })
    for (let from = 0; from < ids.length; from += 250) {
      const some = ids.slice(from, from + 250)
      await Promise.all(
        some.map((id) => store.users.insert({ v: 1, id, ...userOf(id), createdAt: now, updatedAt: now })),
      )
    }
    const group = await idp.addGroup('Whole')
    const add = { op: 'add', path: 'members', value: ids.map((value) => ({ value })) }
    const sent = vi.spyOn(api.connection, 'sendCommand')
    const commandsOf = async (work: () => Promise<{ status: number }>) => {
      sent.mockClear()
      expect((await work()).status).toBeLessThan(300)
      return sent.mock.calls.length
    }
    expect(await commandsOf(() => idp.patch(`/Groups/${group}`, [add]))).toBeLessThan(600)
    expect((await api.call('GET', '/v1/rosters/whole')).json().counts.waiting).toBe(10_000)
    expect(await commandsOf(() => idp.patch(`/Groups/${group}`, [add]))).toBeLessThan(100)
    const half = { displayName: 'Whole', members: add.value.slice(0, 5_000) }
    expect(await commandsOf(() => idp.call('PUT', `/Groups/${group}?excludedAttributes=members`, half))).toBeLessThan(
      600,
    )
    sent.mockRestore()
  })

  it('that say everything once more change nothing: not one is work for anybody', async () => {
    const rosters = Array.from({ length: 10 }, (_, at) => `again-${at}`)
    for (const id of rosters) await addScimRoster(api, id, `Group ${id}`)
    const people = Array.from({ length: 200 }, (_, at) => `again-${at}@example.com`)
    const ids = await Promise.all(
      people.map((name) => idp.addUser(name, { name: { givenName: 'A', familyName: name } })),
    )
    // Each is in ten groups, of fifty.
    const groups = Array.from({ length: 50 }, (_, at) => ({
      displayName: at < rosters.length ? `Group ${rosters[at] ?? ''}` : `Other ${at}`,
      members: ids.filter((_id, one) => (one + at) % 5 === 0).map((value) => ({ value })),
    }))
    const groupIds = await Promise.all(
      groups.map(async ({ displayName, members }) =>
        idp.addGroup(
          displayName,
          members.map(({ value }) => value),
        ),
      ),
    )
    /** As a provider goes over everything: looks for each, and sends what it has. */
    const resynchronise = async () => {
      for (const [at, id] of ids.entries()) {
        const found = await idp.call('GET', `/Users?filter=${encodeURIComponent(`userName eq "${people[at] ?? ''}"`)}`)
        expect(found.body.totalResults).toBe(1)
        expect((await idp.call('PUT', `/Users/${id}`, found.body.Resources[0])).status).toBe(200)
        const active = [{ op: 'Replace', path: 'active', value: 'True' }]
        expect((await idp.patch(`/Users/${id}`, active)).status).toBe(200)
      }
      for (const [at, group] of groups.entries()) {
        const path = `/Groups/${groupIds[at] ?? ''}`
        expect((await idp.call('PUT', path, group)).status).toBe(200)
        expect((await idp.patch(path, [{ op: 'add', path: 'members', value: group.members }])).status).toBe(204)
      }
    }
    const work = async () => {
      const activity = await Promise.all(
        rosters.map(async (id) => (await api.call('GET', `/v1/rosters/${id}/activity?limit=1000`)).json().items.length),
      )
      const lane = await api.connection.keys('fr:{acme}:*')
      const outbox = await Promise.all(
        lane.filter((key) => key.includes('outbox')).map((key) => api.connection.zcard(key).catch(() => 0)),
      )
      const revisions = rosters.map((id) => createReconciliations(api.connection, 'acme').revision(id))
      return { activity, outbox, revisions: await Promise.all(revisions) }
    }
    await resynchronise()
    const before = await work()
    expect(before.activity).toEqual(rosters.map(() => 40))
    expect(before.outbox.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(400)
    await resynchronise()
    await resynchronise()
    expect(await work()).toEqual(before)
  })

  it('are refused where they are too deep, too many or of another type', async () => {
    const group = await idp.addGroup('Hostile')
    const id = await idp.addUser('hostile@example.com')
    const deep = `${'('.repeat(500)}userName eq "x"${')'.repeat(500)}`
    const filters = [
      deep,
      'not '.repeat(400),
      `userName eq "${'x'.repeat(3_000)}"`,
      'a[b[c eq 1]',
      ')',
      '"',
      'userName eq {}',
    ]
    for (const filter of filters) {
      const { status, body } = await idp.call('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([status, body.scimType]).toEqual([400, 'invalidFilter'])
    }
    const patches: unknown[] = [
      {},
      { Operations: [] },
      { Operations: 'x' },
      { Operations: [7] },
      { Operations: [{ op: 'move', path: 'members' }] },
      { Operations: [{ op: 'add', path: 7, value: [] }] },
      { Operations: [{ op: 'remove' }] },
      { Operations: [{ op: 'replace', value: 'x' }] },
      { Operations: [{ op: 'add', path: 'members[', value: [] }] },
      { Operations: [{ op: 'add', path: '__proto__.polluted', value: 'x' }] },
      { Operations: [{ op: 'add', path: 'constructor.prototype.polluted["x"]', value: 'x' }] },
      { Operations: [{ op: 'add', path: 'a.b.c.d.e.f.g', value: 'x' }] },
    ]
    for (const body of patches) {
      for (const path of [`/Users/${id}`, `/Groups/${group}`]) {
        const answer = await idp.call('PATCH', path, body)
        expect([JSON.stringify(body), answer.status]).toEqual([JSON.stringify(body), 400])
      }
    }
    const many = Array.from({ length: 20_001 }, () => ({ op: 'add', path: 'members', value: [] }))
    const refused = await idp.patch(`/Groups/${group}`, many)
    expect([refused.status, refused.body.scimType]).toEqual([413, 'tooMany'])
    const changes = Array.from({ length: 201 }, () => ({ op: 'add', path: 'title', value: 'x' }))
    const crowded = await idp.patch(`/Users/${id}`, changes)
    expect([crowded.status, crowded.body.scimType]).toEqual([413, 'tooMany'])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    const odd = await idp.patch(`/Users/${id}`, [
      { op: 'replace', path: 'emails', value: 'text@example.com' },
      { op: 'replace', path: 'name', value: 7 },
      { op: 'add', path: 'constructor', value: { prototype: { polluted: 'x' } } },
    ])
    expect([odd.status, odd.body.emails]).toEqual([200, [{ value: 'text@example.com' }]])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('a token that is bound to rosters', () => {
  it('brings as many users as its rosters may have, and a thousand groups; one that is bound to nothing all it has', async () => {
    const small = await serveApi({ rosterLimit: 2 })
    try {
      const [bound, free] = [await connectScim(small, { rosters: ['a', 'b'] }), await connectScim(small)]
      const add = async (client: ScimClient, path: string, body: object) =>
        (await client.call('POST', path, body)).status
      for (let at = 0; at < 4; at++) expect(await add(bound, '/Users', { userName: `u${at}` })).toBe(201)
      const more = await bound.call('POST', '/Users', { userName: 'more' })
      expect([more.status, more.body.detail]).toEqual([409, expect.stringContaining('at most 4')])
      for (let at = 0; at < 6; at++) expect(await add(free, '/Users', { userName: `u${at}` })).toBe(201)
      for (let from = 0; from < 1_000; from += 50) {
        const some = Array.from({ length: 50 }, (_, at) => add(bound, '/Groups', { displayName: `g${from + at}` }))
        expect(new Set(await Promise.all(some))).toEqual(new Set([201]))
      }
      expect(await add(bound, '/Groups', { displayName: 'more' })).toBe(409)
      expect(await add(free, '/Groups', { displayName: 'more' })).toBe(201)
    } finally {
      await small.close()
    }
  })
})

describe('searches that no index answers', () => {
  it('have a turn: one of a token at a time, so that those of others are answered', async () => {
    const other = await connectScim(api)
    await idp.addUser('searched for', { title: 'Tester' })
    const search = (client: ScimClient) => client.call('GET', '/Users?filter=title%20eq%20%22Tester%22')
    const many = Array.from({ length: 40 }, () => search(idp))
    const [theirs] = await Promise.all([search(other), ...many])
    expect([theirs.status, theirs.body.totalResults]).toEqual([200, 1])
    const answers = await Promise.all(many)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('2')
    expect((await search(idp)).status).toBe(200)
  })
})

describe('searches by any address of a user', () => {
  it('wait for no turn, and follow what the user has by now', async () => {
    const id = await idp.addUser('by-address', {
      emails: [
        { value: 'Work@Example.com', type: 'work' },
        { value: 'home@example.com', type: 'home' },
        'plain@example.com',
      ],
    })
    const find = async (filter: string) => {
      const { status, body } = await idp.call('GET', `/Users?filter=${encodeURIComponent(filter)}`)
      expect([filter, status]).toEqual([filter, 200])
      return body.Resources.map((user: { id: string }) => user.id)
    }
    const many = Array.from({ length: 40 }, () => find('emails[type eq "work"].value eq "work@example.com"'))
    expect(new Set((await Promise.all(many)).flat())).toEqual(new Set([id]))
    expect(await find('emails[type eq "home" and value eq "HOME@example.com"]')).toEqual([id])
    expect(await find('emails[type eq "work"].value eq "home@example.com" and emails.type eq "none"')).toEqual([])
    expect(await find('emails eq "plain@example.com"')).toEqual([id])
    await idp.call('PUT', `/Users/${id}`, { userName: 'by-address', emails: [{ value: 'new@example.com' }] })
    expect([await find('emails.value eq "home@example.com"'), await find('emails.value eq "new@example.com"')]).toEqual(
      [[], [id]],
    )
    await idp.call('DELETE', `/Users/${id}`)
    expect(await api.connection.zrangebylex('fr:{scim:all}:user-index', '[e:new@', '[e:new@zzz')).toEqual([])
  })
})
