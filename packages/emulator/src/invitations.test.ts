import { describe, expect, it } from 'vitest'
import { linkage, newTester, startRig } from '../testing/client.ts'
import type { Reply, Rig } from '../testing/client.ts'

const kinds = (rig: Rig): string[] => rig.emulator.mails().map(({ email, kind }) => `${kind} ${email}`)
const states = (rig: Rig): (string | null)[] => rig.emulator.testers().map(({ state }) => state)
const groupPath = (id: string): string => `/v1/betaGroups/${id}/relationships/betaTesters`

function invite(rig: Rig, testerId: string): Promise<Reply> {
  return rig.call('POST', '/v1/betaTesterInvitations', {
    data: {
      type: 'betaTesterInvitations',
      relationships: {
        app: { data: { type: 'apps', id: rig.appId } },
        betaTester: { data: { type: 'betaTesters', id: testerId } },
      },
    },
  })
}

describe('invitations', () => {
  it('mails once on a create, and no more when it is repeated', async () => {
    await using rig = await startRig()
    await rig.create('ada@example.com')
    await rig.call('POST', '/v1/betaTesters', newTester('ada@example.com', rig.groupId))
    expect(kinds(rig)).toEqual(['create ada@example.com'])
    expect(states(rig)).toEqual(['INVITED'])
  })

  it('mails on an add to a group, but nobody who has accepted', async () => {
    await using rig = await startRig()
    const silver = rig.emulator.addGroup(rig.appId, { name: 'Silver' }).id
    const [ada, bob] = [await rig.create('ada@example.com', silver), await rig.create('bob@example.com', silver)]
    rig.emulator.setState(bob, 'ACCEPTED')
    expect(kinds(rig)).toEqual([])
    await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', ada, bob))
    expect(kinds(rig)).toEqual(['add ada@example.com'])
  })

  it('mails those who wait when the group gets its first build, and nobody twice', async () => {
    await using rig = await startRig()
    const silver = rig.emulator.addGroup(rig.appId, { name: 'Silver' }).id
    const id = await rig.create('ada@example.com', silver)
    expect([states(rig), (await invite(rig, id)).body.errors[0].code]).toEqual([
      ['NOT_INVITED'],
      'STATE_ERROR.TESTER_INVITE.NO_INSTALLABLE_BUILDS',
    ])
    await rig.call('POST', `/v1/betaGroups/${silver}/relationships/builds`, linkage('builds', rig.buildId))
    await rig.call('POST', `/v1/builds/${rig.buildId}/relationships/betaGroups`, linkage('betaGroups', silver))
    expect(kinds(rig)).toEqual(['build ada@example.com'])
    expect((await invite(rig, id)).status).toBe(201)
    expect(kinds(rig)).toEqual(['build ada@example.com', 'invitation ada@example.com'])
  })

  it('mails those who wait when their build comes through review', async () => {
    await using rig = await startRig()
    const silver = rig.emulator.addGroup(rig.appId, { name: 'Silver' })
    const build = rig.emulator.addBuild(rig.appId, { review: 'IN_REVIEW', preReleaseVersion: '9', groups: ['Silver'] })
    await rig.create('ada@example.com', silver.id)
    expect(kinds(rig)).toEqual([])
    rig.emulator.setReview(build.id, 'APPROVED')
    expect(kinds(rig)).toEqual(['build ada@example.com'])
  })

  it('moves people on by time, and refuses to invite those who have accepted', async () => {
    await using rig = await startRig({ acceptAfterMs: 1000, installAfterMs: 2000 })
    const id = await rig.create('ada@example.com')
    rig.clock.time += 1000
    expect(states(rig)).toEqual(['ACCEPTED'])
    expect((await invite(rig, id)).body.errors[0].code).toBe('STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED')
    rig.clock.time += 2000
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).body.data.attributes.state).toBe('INSTALLED')
  })

  it('shows states that are null, missing or new', async () => {
    await using rig = await startRig()
    const id = await rig.create('ada@example.com')
    const shown = async (state: string | null): Promise<unknown> => {
      rig.emulator.setState('ADA@example.com', state)
      return (await rig.call('GET', `/v1/betaTesters/${id}`)).body.data.attributes.state
    }
    expect([await shown(null), await shown('ABSENT'), await shown('PAUSED')]).toEqual([null, undefined, 'PAUSED'])
  })

  it('ignores adding a revoked tester, or invites afresh where set so', async () => {
    await using rig = await startRig()
    const id = await rig.create('ada@example.com')
    rig.emulator.removeTester(id, { groupId: rig.groupId })
    rig.emulator.setState(id, 'REVOKED')
    expect((await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', id))).status).toBe(204)
    expect(rig.emulator.groupMembers(rig.groupId)).toEqual([])
    rig.emulator.settings({ revokedAdd: 'applied' })
    await rig.call('POST', groupPath(rig.groupId), linkage('betaTesters', id))
    expect([rig.emulator.groupMembers(rig.groupId), states(rig)]).toEqual([['ada@example.com'], ['INVITED']])
  })

  it('lets only one address of an Apple Account accept, until that one has left the app', async () => {
    await using rig = await startRig({ acceptAfterMs: 10 })
    rig.emulator.bindAccount(['old@example.com', 'new@example.com'])
    const old = await rig.create('old@example.com')
    rig.clock.time += 10
    const id = await rig.create('new@example.com')
    rig.clock.time += 10
    expect(states(rig)).toEqual(['ACCEPTED', 'INVITED'])
    await rig.call('DELETE', `/v1/apps/${rig.appId}/relationships/betaTesters`, linkage('betaTesters', old))
    expect(states(rig)).toEqual(['INVITED'])
    await invite(rig, id)
    rig.clock.time += 10
    expect(states(rig)).toEqual(['ACCEPTED'])
  })
})
