import { describe, expect, it } from 'vitest'
import { linkage, newTester, startRig } from '../testing/client.ts'
import type { Reply, Rig } from '../testing/client.ts'

const groupPath = (id: string): string => `/v1/betaGroups/${id}/relationships/betaTesters`
const code = ({ status, body }: Reply): unknown[] => [status, body?.errors?.[0].code]

async function addGroup(rig: Rig, name: string, isInternalGroup = false): Promise<string> {
  return rig.emulator.addGroup(rig.appId, { name, isInternalGroup }).id
}

describe('writes', () => {
  it('refuses an address that is in the app already, in any case, without naming it', async () => {
    await using rig = await startRig()
    await rig.create('Ada@example.com')
    const again = await rig.call('POST', '/v1/betaTesters', newTester('ada@EXAMPLE.com', rig.groupId))
    expect(code(again)).toEqual([409, 'STATE_ERROR'])
    expect(again.text.toLowerCase()).not.toContain('ada@')
    expect(rig.emulator.testers().map(({ email }) => email)).toEqual(['Ada@example.com'])
  })

  it('refuses groups and builds in one create', async () => {
    await using rig = await startRig()
    const body: any = newTester('ada@example.com', rig.groupId)
    body.data.relationships.builds = { data: [{ type: 'builds', id: rig.buildId }] }
    expect(code(await rig.call('POST', '/v1/betaTesters', body))).toEqual([409, 'ENTITY_ERROR.RELATIONSHIP.INVALID'])
  })

  it('makes a tester without a group that reaches nothing', async () => {
    await using rig = await startRig()
    const body = { data: { type: 'betaTesters', attributes: { email: 'ada@example.com' } } }
    const { status, body: answer } = await rig.call('POST', '/v1/betaTesters', body)
    expect([status, answer.data.attributes.state]).toEqual([201, 'NOT_INVITED'])
    expect(rig.emulator.mails()).toEqual([])
    expect((await rig.call('GET', `/v1/betaTesters?filter[apps]=${rig.appId}`)).body.data).toEqual([])
  })

  it.each([400, 409, 422] as const)('answers a malformed address with %i and points at it', async (answer) => {
    await using rig = await startRig({ malformedEmailAnswer: answer })
    const reply = await rig.call('POST', '/v1/betaTesters', newTester('not@@good', rig.groupId))
    expect([reply.status, reply.body.errors[0].source]).toEqual([answer, { pointer: '/data/attributes/email' }])
  })

  it('says what is wrong with a body as Apple does, and keeps it as a violation', async () => {
    await using rig = await startRig()
    const post = async (body: unknown): Promise<unknown[]> => code(await rig.call('POST', '/v1/betaTesters', body))
    const data = { type: 'betaTesters', attributes: { email: 'a@example.com' } }
    expect(await post({ data: { ...data, type: 'testers' } })).toEqual([400, 'ENTITY_INVALID'])
    expect(await post({ data: { ...data, attributes: {} } })).toEqual([409, 'ENTITY_ERROR.ATTRIBUTE.REQUIRED'])
    expect(await post({ data: { ...data, attributes: { email: 1 } } })).toEqual([409, 'ENTITY_ERROR.ATTRIBUTE.TYPE'])
    expect(await post({ data: { ...data, attributes: { ...data.attributes, mail: 'x' } } })).toEqual([
      409,
      'ENTITY_ERROR.ATTRIBUTE.UNKNOWN',
    ])
    expect(await post({ data: { ...data, relationships: { groups: {} } } })).toEqual([
      409,
      'ENTITY_ERROR.RELATIONSHIP.UNKNOWN',
    ])
    expect(rig.emulator.violations()).toHaveLength(5)
  })

  it('answers adding a member again as set, with the very body of a tester who cannot be assigned', async () => {
    await using rig = await startRig()
    const id = await rig.create('ada@example.com')
    const again = await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', id))
    const unknown = await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', 'nobody'))
    expect(code(again)).toEqual([409, 'STATE_ERROR'])
    expect(again.body.errors[0].detail).toBe('Tester(s) cannot be assigned')
    expect(again.body.errors[0].detail).toBe(unknown.body.errors[0].detail)
    rig.emulator.settings({ addMemberAgain: 204 })
    expect((await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', id))).status).toBe(204)
  })

  it('fails a batch with one bad id as a whole, or half way where set so', async () => {
    await using rig = await startRig()
    const silver = await addGroup(rig, 'Silver')
    const ids = [await rig.create('a@example.com'), await rig.create('b@example.com')]
    const batch = linkage('betaTesters', ids[0] ?? '', 'nobody', ids[1] ?? '')
    expect((await rig.call('POST', groupPath(silver), batch)).status).toBe(409)
    expect(rig.emulator.groupMembers(silver)).toEqual([])
    rig.emulator.settings({ badBatch: 'part' })
    expect((await rig.call('POST', groupPath(silver), batch)).status).toBe(409)
    expect(rig.emulator.groupMembers(silver)).toEqual(['a@example.com'])
  })

  it('refuses a tester of another app', async () => {
    await using rig = await startRig()
    const other = rig.emulator.addApp({
      bundleId: 'com.acme.other',
      groups: [{ name: 'In', isInternalGroup: true }, { name: 'Out' }],
    })
    const id = await rig.create('ada@example.com')
    const group = rig.emulator.groups(other.id)[1]?.id ?? ''
    expect(code(await rig.call('POST', groupPath(group), linkage('betaTesters', id)))).toEqual([409, 'STATE_ERROR'])
  })

  it('shares one record between apps where records belong to the team', async () => {
    await using rig = await startRig({ recordScope: 'team' })
    const other = rig.emulator.addApp({ bundleId: 'com.acme.other', groups: [{ name: 'Out' }] })
    const group = rig.emulator.groups(other.id)[0]?.id ?? ''
    const id = await rig.create('ada@example.com')
    expect(await rig.create('ada@example.com', group)).toBe(id)
    expect((await rig.call('GET', `/v1/betaTesters/${id}/apps`)).body.data).toHaveLength(2)
  })

  it.each([204, 404, 409] as const)('answers the removal of a non-member with %i', async (removeNonMember) => {
    await using rig = await startRig({ removeNonMember })
    const reply = await rig.call('DELETE', groupPath(rig.groupId), linkage('betaTesters', 'nobody'))
    expect(reply.status).toBe(removeNonMember)
  })

  it('refuses a batch over the limit it was given', async () => {
    await using rig = await startRig({ chunkMax: 1, chunkMaxAnswer: 422 })
    const reply = await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', 'a', 'b'))
    expect(reply.status).toBe(422)
  })

  it('speaks of the limit when the app is full, and takes the next one when a seat is free', async () => {
    await using rig = await startRig({ seatsPerApp: 2 })
    const silver = await addGroup(rig, 'Silver')
    const first = await rig.create('a@example.com')
    await rig.create('b@example.com', silver)
    const full = await rig.call('POST', '/v1/betaTesters', newTester('c@example.com', rig.groupId))
    expect([full.status, full.body.errors[0].detail]).toEqual([409, expect.stringContaining('limit')])
    // Who has a seat needs no second one.
    expect((await rig.call('POST', groupPath(silver), linkage('betaTesters', first))).status).toBe(204)
    await rig.call('DELETE', groupPath(rig.groupId), linkage('betaTesters', first))
    expect((await rig.call('POST', '/v1/betaTesters', newTester('c@example.com', rig.groupId))).status).toBe(409)
    await rig.call('DELETE', groupPath(silver), linkage('betaTesters', first))
    expect((await rig.call('POST', '/v1/betaTesters', newTester('c@example.com', rig.groupId))).status).toBe(201)
  })

  it('takes an app away some time after its 202, with the tester id, and gives a new id to the next create', async () => {
    await using rig = await startRig({ appRemovalMs: 5000 })
    const id = await rig.create('ada@example.com')
    const path = `/v1/apps/${rig.appId}/relationships/betaTesters`
    expect((await rig.call('DELETE', path, linkage('betaTesters', id))).status).toBe(202)
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).status).toBe(200)
    rig.clock.time += 5000
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).status).toBe(404)
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
    expect(await rig.create('ada@example.com')).not.toBe(id)
  })

  it('leaves a revoked row of whoever is removed from the app where set so, which the next create replaces', async () => {
    await using rig = await startRig({ removedRow: 'revoked' })
    const id = await rig.create('ada@example.com')
    await rig.call('DELETE', `/v1/apps/${rig.appId}/relationships/betaTesters`, linkage('betaTesters', id))
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).body.data.attributes.state).toBe('REVOKED')
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
    expect(await rig.create('ada@example.com')).not.toBe(id)
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).status).toBe(404)
  })

  it('takes only team users into an internal group, and team users into an external one too', async () => {
    await using rig = await startRig()
    rig.emulator.addUsers(['Team@example.com'])
    const outsider = await rig.call('POST', '/v1/betaTesters', newTester('ada@example.com', rig.internalId))
    expect(code(outsider)).toEqual([409, 'STATE_ERROR'])
    const id = await rig.create('team@example.com', rig.internalId)
    expect((await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', id))).status).toBe(204)
  })

  it('wants an internal group before the first external one', async () => {
    await using rig = await startRig()
    const app = rig.emulator.addApp({ bundleId: 'com.acme.new' })
    const create = async (attributes: object): Promise<unknown[]> =>
      code(
        await rig.call('POST', '/v1/betaGroups', {
          data: { type: 'betaGroups', attributes, relationships: { app: { data: { type: 'apps', id: app.id } } } },
        }),
      )
    expect(await create({ name: 'Out' })).toEqual([409, 'STATE_ERROR'])
    expect(await create({ name: 'In', isInternalGroup: true })).toEqual([201, undefined])
    expect(await create({ name: 'Out' })).toEqual([201, undefined])
  })

  it('ignores an unknown group on the tester’s side without a word', async () => {
    await using rig = await startRig()
    const path = `/v1/betaTesters/${await rig.create('ada@example.com')}/relationships/betaGroups`
    expect((await rig.call('POST', path, linkage('betaGroups', 'nowhere'))).status).toBe(204)
    rig.emulator.settings({ unknownGroupOfTester: 'refused' })
    expect((await rig.call('POST', path, linkage('betaGroups', 'nowhere'))).status).toBe(404)
  })

  it('refuses builds that are not processed, have expired, or are not needed', async () => {
    await using rig = await startRig()
    const path = `/v1/betaGroups/${rig.groupId}/relationships/builds`
    const early = rig.emulator.addBuild(rig.appId, { processingState: 'PROCESSING' })
    expect((await rig.call('POST', path, linkage('builds', early.id))).status).toBe(422)
    rig.emulator.updateBuild(early.id, { processingState: 'VALID' })
    expect((await rig.call('POST', path, linkage('builds', early.id))).status).toBe(204)
    rig.emulator.expireBuild(rig.buildId)
    const all = rig.emulator.addGroup(rig.appId, { name: 'All', hasAccessToAllBuilds: true })
    for (const [group, build] of [
      [rig.groupId, rig.buildId],
      [all.id, early.id],
    ]) {
      const reply = await rig.call(
        'POST',
        `/v1/builds/${build}/relationships/betaGroups`,
        linkage('betaGroups', group ?? ''),
      )
      expect(reply.status).toBe(422)
    }
  })

  it('reviews one build of a version at a time, and lets the next ones through', async () => {
    await using rig = await startRig({ approveAfterMs: 1000 })
    const builds = [1, 2, 3].map(() => rig.emulator.addBuild(rig.appId, { preReleaseVersion: '3.0', review: null }))
    const submit = (index: number): Promise<Reply> =>
      rig.call('POST', '/v1/betaAppReviewSubmissions', {
        data: {
          type: 'betaAppReviewSubmissions',
          relationships: { build: { data: { type: 'builds', id: builds[index]?.id } } },
        },
      })
    expect((await submit(0)).body.data.attributes.betaReviewState).toBe('WAITING_FOR_REVIEW')
    expect(code(await submit(1))).toEqual([422, 'ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW'])
    rig.clock.time += 1000
    expect((await submit(1)).body.data.attributes.betaReviewState).toBe('APPROVED')
    rig.emulator.updateBuild(builds[2]?.id ?? '', { usesNonExemptEncryption: null })
    expect((await submit(2)).status).toBe(422)
  })
})
