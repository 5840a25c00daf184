import { describe, expect, it } from 'vitest'
import { signToken, startRig } from '../testing/client.ts'
import type { Claims } from '../testing/client.ts'
import { generateKeyPair } from './keys.ts'

const second = (ms: number): number => Math.floor(ms / 1000)

describe('tokens', () => {
  it('lets a good token in, and says the time by its own clock', async () => {
    await using rig = await startRig()
    const reply = await rig.call('GET', '/v1/apps')
    expect(reply.status).toBe(200)
    expect(reply.headers.get('date')).toBe('Wed, 25 Nov 2026 12:00:00 GMT')
  })

  it.each<[string, (now: number) => Claims]>([
    ['an unknown key', () => ({ kid: 'NOSUCHKEY1' })],
    ['another issuer', () => ({ iss: '00000000-0000-0000-0000-000000000000' })],
    ['another audience', () => ({ aud: 'elsewhere' })],
    ['a wrong signature', () => ({ privateKeyPem: generateKeyPair().privateKeyPem })],
    ['an end that has passed', (now) => ({ iat: now - 700, exp: now - 1 })],
    ['a life of more than 20 minutes', (now) => ({ iat: now, exp: now + 1201 })],
    ['no time of issue and an end in more than 20 minutes', (now) => ({ iat: null, exp: now + 1201 })],
    ['a clock 29 seconds fast', (now) => ({ iat: now + 29, exp: now + 600 })],
  ])('refuses a token with %s, always with the same words', async (_, wrong) => {
    await using rig = await startRig()
    const token = await signToken(rig.emulator, rig.clock.now(), wrong(second(rig.clock.now())))
    const [reply, missing] = [
      await rig.call('GET', '/v1/apps', undefined, token),
      await rig.call('GET', '/v1/apps', undefined, ''),
    ]
    expect(reply.status).toBe(401)
    const words = ({ code, title, detail }: any) => ({ code, title, detail })
    expect(words(reply.body.errors[0])).toEqual(words(missing.body.errors[0]))
    expect(reply.body.errors[0].code).toBe('NOT_AUTHORIZED')
  })

  it('lets a token in that does not say when it was issued, as long as it ends within 20 minutes', async () => {
    await using rig = await startRig()
    const now = second(rig.clock.now())
    const token = await signToken(rig.emulator, rig.clock.now(), { iat: null, exp: now + 1200 })
    expect((await rig.call('GET', '/v1/apps', undefined, token)).status).toBe(200)
  })

  it('refuses a revoked key until it is restored', async () => {
    await using rig = await startRig()
    const keyId = rig.emulator.keys[0]?.keyId ?? ''
    rig.emulator.revokeKey(keyId)
    expect((await rig.call('GET', '/v1/apps')).status).toBe(401)
    rig.emulator.restoreKey(keyId)
    expect((await rig.call('GET', '/v1/apps')).status).toBe(200)
  })

  it('shows a key of another team none of the apps', async () => {
    await using rig = await startRig()
    const other = rig.emulator.addKey({ issuerId: '11111111-2222-3333-4444-555555555555' })
    const token = await signToken(rig.emulator, rig.clock.now(), {
      kid: other.keyId,
      iss: other.issuerId,
      privateKeyPem: other.privateKeyPem,
    })
    expect((await rig.call('GET', '/v1/apps', undefined, token)).body.data).toEqual([])
    expect((await rig.call('GET', `/v1/betaGroups/${rig.groupId}`, undefined, token)).status).toBe(404)
  })

  it('refuses writes of a weaker role, and gives nothing to go by for an external group', async () => {
    await using rig = await startRig()
    const id = await rig.create('ada@example.com')
    rig.emulator.setRole(rig.emulator.keys[0]?.keyId ?? '', 'DEVELOPER')
    expect((await rig.call('GET', '/v1/betaTesters')).status).toBe(200)
    const write = await rig.call('DELETE', `/v1/betaTesters/${id}`)
    expect([write.status, write.body.errors[0].code]).toEqual([403, 'FORBIDDEN_ERROR'])
    const group = await rig.call('POST', '/v1/betaGroups', {
      data: {
        type: 'betaGroups',
        attributes: { name: 'x' },
        relationships: { app: { data: { type: 'apps', id: rig.appId } } },
      },
    })
    expect([group.status, group.body.errors[0].detail]).toEqual([403, undefined])
  })

  it('refuses everything while an agreement is missing or the membership has run out', async () => {
    await using rig = await startRig()
    rig.emulator.setAgreementsOk(false)
    const code = async (): Promise<string> => (await rig.call('GET', '/v1/apps')).body.errors?.[0].code ?? 'fine'
    expect(await code()).toBe('FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED')
    rig.emulator.setAgreementsOk(true)
    rig.emulator.setMembershipOk(false)
    expect(await code()).toBe('FORBIDDEN_ERROR')
    rig.emulator.setMembershipOk(true)
    expect(await code()).toBe('fine')
  })
})
