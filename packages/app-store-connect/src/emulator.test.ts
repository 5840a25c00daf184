import { startEmulator, type Emulator } from '@flightroster/emulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAppleClient, type AppleClient, type AppleSession } from './client.ts'
import { memoryLog, newCredentials, openGate } from '../testing/scripted-server.ts'

// The client and the emulator know nothing of each other: what they agree on is Apple's OpenAPI.
const credentials = newCredentials()
const gate = openGate()
let apple: Emulator
let client: AppleClient
let session: AppleSession

beforeAll(async () => {
  const app = {
    id: '1001',
    bundleId: 'com.acme.maps',
    name: 'Maps',
    groups: [
      { id: 'g-internal', name: 'Team', isInternalGroup: true },
      { id: 'g-gold', name: 'Gold', testers: Array.from({ length: 250 }, (_, n) => `seed${n}@example.com`) },
      { id: 'g-silver', name: 'Silver' },
    ],
    builds: [
      { id: 'b-1', version: '41', preReleaseVersion: '2.0', groups: ['g-gold'] },
      { id: 'b-2', version: '42', preReleaseVersion: '2.1', review: null },
    ],
  }
  const key = { ...credentials, privateKeyPem: credentials.privateKey }
  apple = await startEmulator({ seed: { keys: [key], apps: [app] } })
  client = createAppleClient({ baseUrl: apple.url, log: memoryLog().log })
  session = client.session(credentials, gate)
})
afterAll(async () => {
  await client.close()
  await apple.close()
})

it('makes every call of a session against the emulator, all of them within the OpenAPI of Apple', async () => {
  expect(await session.listApps()).toEqual([{ id: '1001', bundleId: 'com.acme.maps', name: 'Maps' }])
  expect(await session.findApps({ bundleId: 'com.acme.maps' })).toHaveLength(1)
  expect(await session.findApps({ id: '1001' })).toHaveLength(1)
  expect((await session.listGroups('1001')).map(({ isInternal }) => isInternal)).toEqual([true, false, false])
  expect(await session.getGroup('g-gold')).toMatchObject({ name: 'Gold', isInternal: false, appId: '1001' })
  const created = await session.createGroup({ appId: '1001', name: 'Bronze' })
  expect(created).toMatchObject({ name: 'Bronze', isInternal: false })

  expect(await session.countGroupTesters('g-gold')).toBe(250)
  expect(await session.listGroupTesters('g-gold')).toMatchObject({ complete: true, ended: true, total: 250 })
  const address = 'Ann+beta@example.com'
  const ann = await session.createTester({ groupId: 'g-gold', email: address, firstName: 'Ann' })
  expect(await session.listAppTesters('1001')).toMatchObject({ complete: true, total: 251 })
  const emails = [address.toLowerCase(), 'nobody@example.com', 'seed7@example.com']
  expect(await session.findTesters({ appId: '1001', emails })).toHaveLength(2)
  expect(await session.findGroupMembers({ groupId: 'g-silver', emails })).toEqual([])
  await session.addTesters('g-silver', [ann.id])
  expect(await session.findGroupMembers({ groupId: 'g-silver', emails })).toMatchObject([
    { id: ann.id, firstName: 'Ann' },
  ])
  await session.invite('1001', ann.id)
  await session.removeTesters('g-silver', [ann.id])
  expect(await session.removeFromApp('1001', [ann.id])).toMatch(/^(done|started)$/)
  expect(await session.findTesters({ appId: '1001', emails: [address] })).toEqual([])

  expect(await session.listGroupBuilds('g-gold')).toMatchObject([{ id: 'b-1', number: '41', version: '2.0' }])
  const builds = await session.listAppBuilds('1001', { limit: 5 })
  expect(builds.map(({ id }) => id).sort()).toEqual(['b-1', 'b-2'])
  expect(builds.every(({ externalState, platform }) => externalState !== null && platform === 'IOS')).toBe(true)
  await session.addGroupBuilds(created.id, ['b-2'])
  await session.submitForReview('b-2')
  const hook = { appId: '1001', name: 'Flightroster', url: 'http://127.0.0.1:9/hook', secret: 'secret' }
  const eventTypes = ['BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED'] as const
  await session.deleteWebhook((await session.createWebhook({ ...hook, eventTypes })).id)

  expect(apple.violations()).toEqual([])
  expect(gate.records.map(({ code }) => code).filter((code) => code !== null)).toEqual([])
  expect(gate.records.at(-1)?.quota.hourLimit).toBe(3600)
})

it('reads the refusals of the emulator as what they are', async () => {
  const creating = (email: string, groupId = 'g-gold') => session.createTester({ groupId, email })
  await expect(creating('seed7@example.com')).rejects.toMatchObject({ code: 'apple_refused' })
  await expect(creating('outsider@example.com', 'g-internal')).rejects.toMatchObject({ code: 'apple_refused' })
  await expect(creating('no address')).rejects.toMatchObject({ code: 'address_invalid' })
  apple.settings({ seatsPerApp: 250 })
  await expect(creating('late@example.com')).rejects.toMatchObject({ code: 'seats_full' })
  await expect(session.getGroup('g-none')).rejects.toMatchObject({ code: 'apple_not_found' })
  const stranger = client.session({ ...credentials, keyId: 'UNKNOWN123' }, openGate())
  await expect(stranger.listApps()).rejects.toMatchObject({ code: 'key_rejected' })
})
