import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newTester, startRig } from '../testing/client.ts'

describe('control', () => {
  it('shows state, calls, mails and violations, and empties the ledgers', async () => {
    await using rig = await startRig()
    await rig.create('ada@example.com')
    await rig.call('GET', '/v1/apps?nonsense=1')
    const state = await rig.control('GET', '/state')
    expect(state.groups[1].members).toEqual(['ada@example.com'])
    expect(JSON.stringify(state)).not.toContain('PRIVATE KEY')
    const [call] = await rig.control('GET', '/calls')
    expect(call).toMatchObject({ method: 'POST', path: '/v1/betaTesters', status: 201, fault: null })
    expect(call.body.data.attributes.email).toBe('ada@example.com')
    expect(await rig.control('GET', '/mails')).toHaveLength(1)
    expect(await rig.control('GET', '/violations')).toHaveLength(1)
    await rig.control('POST', '/reset-ledgers')
    for (const path of ['/calls', '/mails', '/violations']) expect(await rig.control('GET', path)).toEqual([])
  })

  it('takes fault rules, with a pattern as text and without end as null', async () => {
    await using rig = await startRig()
    const rule = { kind: 'status', status: 503, times: null, match: { pathPattern: '^/v1/apps' } }
    await rig.control('POST', '/faults', rule)
    for (let i = 0; i < 3; i += 1) expect((await rig.call('GET', '/v1/apps')).status).toBe(503)
    expect((await rig.control('GET', '/faults'))[0].hits).toBe(3)
    await rig.control('DELETE', '/faults')
    expect((await rig.call('GET', '/v1/apps')).status).toBe(200)
    expect(await rig.control('POST', '/faults', { kind: 'nothing' })).toHaveProperty('error')
  })

  it('changes settings live, and names every fault of a patch', async () => {
    await using rig = await startRig()
    await rig.control('POST', '/settings', { quota: { hourLimit: 1 } })
    await rig.call('GET', '/v1/apps')
    expect((await rig.call('GET', '/v1/apps')).status).toBe(429)
    const refused = await rig.control('POST', '/settings', { readLagMs: -1, foo: 1, quota: { header: 'x' } })
    expect(refused.error).toBe(
      'readLagMs must be a number of 0 or more; foo is not a setting; ' +
        'quota.header must be one of hour, minute, both, two-lines, none, garbage',
    )
  })

  it('works by hand on testers, memberships, groups, builds, keys and quota', async () => {
    await using rig = await startRig()
    const { groupId } = rig
    await rig.control('POST', '/testers', { groupId, email: 'ada@example.com', state: 'ACCEPTED' })
    await rig.control('POST', '/testers/state', { tester: 'ada@example.com', state: 'INSTALLED' })
    expect(rig.emulator.testers()[0]?.state).toBe('INSTALLED')
    await rig.control('DELETE', '/memberships', { groupId, tester: 'ada@example.com' })
    expect(rig.emulator.groupMembers(groupId)).toEqual([])
    const build = await rig.control('POST', '/builds', { appId: rig.appId, version: '77' })
    await rig.control('POST', `/builds/${build.id}/expire`)
    expect(rig.emulator.builds().find(({ version }) => version === '77')?.expired).toBe(true)
    const key = await rig.control('POST', '/keys', {})
    expect(key.privateKeyPem).toContain('BEGIN PRIVATE KEY')
    const keyId = rig.emulator.keys[0]?.keyId
    expect(await rig.control('POST', '/quota/spend', { keyId, calls: 5 })).toEqual({ hour: 5, minute: 5 })
    await rig.control('POST', `/keys/${keyId}/revoke`)
    expect((await rig.call('GET', '/v1/apps')).status).toBe(401)
    expect(await rig.control('POST', '/testers', { groupId: 'none', email: 'x@example.com' })).toHaveProperty('error')
  })

  it('signs the webhooks it sends over the raw body', async () => {
    const received: { signature: unknown; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        received.push({ signature: request.headers['x-apple-signature'], body })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const rig = await startRig()
    await rig.call('POST', '/v1/webhooks', {
      data: {
        type: 'webhooks',
        attributes: {
          enabled: true,
          eventTypes: ['BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED'],
          name: 'ours',
          secret: 'shh',
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        },
        relationships: { app: { data: { type: 'apps', id: rig.appId } } },
      },
    })
    rig.emulator.expireBuild(rig.buildId)
    const instance = { type: 'buildUploads', id: 'u1' }
    await rig.control('POST', '/webhooks/fire', { appId: rig.appId, type: 'buildUploadStateUpdated', instance })
    await rig.emulator.close()
    server.close()
    expect(new Set(received.map(({ body }) => JSON.parse(body).data.type))).toEqual(
      new Set(['buildBetaDetailExternalBuildStateUpdated', 'buildUploadStateUpdated']),
    )
    for (const { signature, body } of received) {
      expect(signature).toBe(`hmacsha256=${createHmac('sha256', 'shh').update(body).digest('hex')}`)
    }
  })

  it('keeps what Apple would remember over a restart, and forgets the quota', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
    const dataFile = join(folder, 'state.json')
    const first = await startRig({ dataFile })
    const key = first.emulator.keys[0]
    const id = await first.create('ada@example.com')
    await first.emulator.close()
    const second = await startRig({ dataFile, seed: { keys: [key ?? {}] }, acceptAfterMs: 1000 })
    expect(second.emulator.groupMembers(first.groupId)).toEqual(['ada@example.com'])
    const again = await second.call('POST', '/v1/betaTesters', newTester('ADA@example.com', first.groupId))
    expect(again.status).toBe(409)
    second.clock.time += 1000
    expect((await second.call('GET', `/v1/betaTesters/${id}`)).body.data.attributes.state).toBe('ACCEPTED')
    expect(second.emulator.mails()).toHaveLength(1)
    await second.emulator.close()
    rmSync(folder, { recursive: true })
  })
})
