import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAppleClient, type AppleClient, type AppleSession } from './client.ts'
import {
  memoryLog,
  newCredentials,
  openGate,
  page,
  refuse,
  reply,
  startScriptedServer,
  type ScriptedServer,
} from '../testing/scripted-server.ts'

let apple: ScriptedServer
let client: AppleClient
let session: AppleSession

beforeAll(async () => {
  apple = await startScriptedServer()
  client = createAppleClient({ baseUrl: apple.url, log: memoryLog().log })
  session = client.session(newCredentials(), openGate())
})
beforeEach(() => {
  apple.seen.length = 0
})
afterAll(async () => {
  await apple.close()
  await client.close()
})

const app = (id: string, bundleId: string) => ({ type: 'apps', id, attributes: { bundleId, name: `App ${id}` } })
const group = (id: string, attributes: object = {}) => ({
  type: 'betaGroups',
  id,
  attributes: { name: 'Gold', isInternalGroup: false, ...attributes },
})
const to = (type: string, id: string) => ({ data: { type, id } })
const query = () => Object.fromEntries(apple.seen[0]?.url.searchParams ?? [])

const build = (id: string, attributes: object = {}) => ({
  type: 'builds',
  id,
  attributes: {
    version: '42',
    uploadedDate: '2026-11-01T05:00:00-07:00',
    expirationDate: '2027-01-30T12:00:00Z',
    expired: false,
    processingState: 'VALID',
    usesNonExemptEncryption: false,
    ...attributes,
  },
  relationships: { preReleaseVersion: to('preReleaseVersions', 'v1'), buildBetaDetail: to('buildBetaDetails', id) },
})
const included = [
  { type: 'preReleaseVersions', id: 'v1', attributes: { version: '2.1', platform: 'IOS' } },
  { type: 'buildBetaDetails', id: 'b1', attributes: { externalBuildState: 'IN_BETA_TESTING' } },
]

describe('apps', () => {
  it('finds an app by its whole bundle id, where Apple also finds longer ones', async () => {
    apple.script(reply(200, page([app('1', 'com.acme.Maps'), app('2', 'com.acme.maps.lite')])))
    const found = await session.findApps({ bundleId: 'com.acme.maps' })
    expect(found).toEqual([{ id: '1', bundleId: 'com.acme.Maps', name: 'App 1' }])
    expect(query()).toEqual({ 'filter[bundleId]': 'com.acme.maps', 'fields[apps]': 'bundleId,name', limit: '200' })
  })

  it('finds an app by its id', async () => {
    apple.script(reply(200, page([app('1', 'com.acme.maps'), app('2', 'com.acme.chat')])))
    expect(await session.findApps({ id: '2' })).toMatchObject([{ id: '2' }])
    expect(query()).toMatchObject({ 'filter[id]': '2' })
  })

  it('lists all apps over pages, each once', async () => {
    apple.script(
      reply(200, page([app('1', 'a')], { next: '/v1/apps?cursor=2' })),
      reply(200, page([app('1', 'a'), app('2', 'b')])),
    )
    expect((await session.listApps()).map(({ id }) => id)).toEqual(['1', '2'])
  })
})

describe('groups', () => {
  it('lists the groups of an app with what tells them apart', async () => {
    apple.script(reply(200, page([group('g1'), group('g2', { isInternalGroup: true, hasAccessToAllBuilds: true })])))
    expect(await session.listGroups('a1')).toEqual([
      { id: 'g1', name: 'Gold', isInternal: false, hasAccessToAllBuilds: false },
      { id: 'g2', name: 'Gold', isInternal: true, hasAccessToAllBuilds: true },
    ])
    expect(apple.seen[0]?.url.pathname).toBe('/v1/apps/a1/betaGroups')
  })

  it('reads a group with the app it belongs to', async () => {
    apple.script(reply(200, { data: { ...group('g1'), relationships: { app: to('apps', 'a1') } } }))
    expect(await session.getGroup('g1')).toMatchObject({ id: 'g1', appId: 'a1' })
    expect(query()).toMatchObject({ include: 'app' })
  })

  it('reads a group without its app where Apple leaves the relationship out', async () => {
    apple.script(reply(200, { data: group('g1') }))
    expect(await session.getGroup('g1')).toMatchObject({ appId: null })
  })

  it('says that a group is not found, with its id', async () => {
    apple.script(refuse(404, 'NOT_FOUND'))
    const details = { id: 'g1', status: 404, appleCode: 'NOT_FOUND' }
    await expect(session.getGroup('g1')).rejects.toMatchObject({ code: 'apple_not_found', details })
  })

  it('a group is created as an external one', async () => {
    apple.script(reply(201, { data: group('g9') }))
    expect(await session.createGroup({ appId: 'a1', name: 'Gold' })).toMatchObject({ id: 'g9', isInternal: false })
    expect(apple.seen[0]?.body).toEqual({
      data: {
        type: 'betaGroups',
        attributes: { name: 'Gold', isInternalGroup: false },
        relationships: { app: to('apps', 'a1') },
      },
    })
  })
})

describe('builds', () => {
  it('reads each build with its version and its state for external testers', async () => {
    apple.script(reply(200, { ...page([build('b1'), build('b2', { uploadedDate: null, expired: null })]), included }))
    const builds = await session.listGroupBuilds('g1')
    expect(builds[0]).toEqual({
      id: 'b1',
      number: '42',
      version: '2.1',
      platform: 'IOS',
      uploadedAt: Date.UTC(2026, 10, 1, 12),
      expiresAt: Date.UTC(2027, 0, 30, 12),
      expired: false,
      processingState: 'VALID',
      externalState: 'IN_BETA_TESTING',
      usesNonExemptEncryption: false,
    })
    expect(builds[1]).toMatchObject({ id: 'b2', uploadedAt: null, expired: false, externalState: null })
    expect(query()).toMatchObject({ 'filter[betaGroups]': 'g1', include: 'preReleaseVersion,buildBetaDetail' })
  })

  it('reads only as many builds of an app as asked for', async () => {
    apple.script(reply(200, page([build('b1'), build('b2'), build('b3')], { next: '/v1/builds?cursor=2' })))
    expect(await session.listAppBuilds('a1', { limit: 2 })).toHaveLength(2)
    expect(query()).toMatchObject({ 'filter[app]': 'a1', limit: '2', sort: '-uploadedDate' })
    expect(apple.seen).toHaveLength(1)
  })

  it('adds builds to a group and submits one for review', async () => {
    apple.script(reply(204), reply(201, { data: { type: 'betaAppReviewSubmissions', id: 'r1' } }))
    await session.addGroupBuilds('g1', ['b1'])
    await session.submitForReview('b1')
    expect(apple.seen.map(({ body }) => body)).toEqual([
      { data: [{ type: 'builds', id: 'b1' }] },
      { data: { type: 'betaAppReviewSubmissions', relationships: { build: to('builds', 'b1') } } },
    ])
  })

  it('keeps the code of Apple when another build is in review', async () => {
    apple.script(refuse(422, 'ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW'))
    const details = { appleCode: 'ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW' }
    await expect(session.submitForReview('b1')).rejects.toMatchObject({ code: 'apple_refused', details })
  })
})

describe('invitations', () => {
  it('names the app and the tester', async () => {
    apple.script(reply(201, { data: { type: 'betaTesterInvitations', id: 'i1' } }))
    await session.invite('a1', 't1')
    expect(apple.seen[0]?.body).toEqual({
      data: {
        type: 'betaTesterInvitations',
        relationships: { app: to('apps', 'a1'), betaTester: to('betaTesters', 't1') },
      },
    })
  })

  it('tells a missing build from a person who has accepted', async () => {
    apple.script(
      refuse(409, 'STATE_ERROR.TESTER_INVITE.NO_INSTALLABLE_BUILDS'),
      refuse(409, 'STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED'),
    )
    await expect(session.invite('a1', 't1')).rejects.toMatchObject({ code: 'build_missing' })
    const details = { appleCode: 'STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED' }
    await expect(session.invite('a1', 't1')).rejects.toMatchObject({ code: 'apple_refused', details })
  })
})

describe('webhooks of Apple', () => {
  it('are registered for one app and deleted again', async () => {
    apple.script(reply(201, { data: { type: 'webhooks', id: 'w1' } }), reply(204))
    const url = 'https://flightroster.example/v1/apple/webhooks/k1'
    const eventTypes = ['BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED'] as const
    const created = await session.createWebhook({ appId: 'a1', name: 'Flightroster', url, secret: 's3', eventTypes })
    await session.deleteWebhook(created.id)
    expect(apple.seen).toMatchObject([
      { method: 'POST', body: { data: { attributes: { url, secret: 's3', eventTypes, enabled: true } } } },
      { method: 'DELETE', target: '/v1/webhooks/w1' },
    ])
  })
})
