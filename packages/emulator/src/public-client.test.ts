import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmulator } from './index.ts'
import type { Emulator } from './index.ts'

/**
 * A client that thousands use, made from Apple's own document by others: what it can do at Apple, it can do here. Its tokens do not
 * say when they were issued. Loaded by its address: its types are 27 MB, and say what any of us knows.
 */
let emulator: Emulator
let sdk: any
let client: any
const ids = { app: '', group: '', build: '', tester: '' }

/** The answer's body, for one of these statuses. */
async function ask(operation: string, options: object = {}, status = 200): Promise<any> {
  const { data, error, response } = await sdk[operation]({ client, ...options })
  expect([operation, response.status, error]).toEqual([operation, status, undefined])
  return data
}
const linkage = (type: string, ...of: string[]) => ({ data: of.map((id) => ({ type, id })) })
const path = (id: string) => ({ path: { id } })

beforeAll(async () => {
  sdk = await import(import.meta.resolve('appstore-connect-sdk'))
  emulator = await startEmulator()
  const [key] = emulator.keys
  client = sdk.createClient({
    baseUrl: emulator.url,
    issuerId: key?.issuerId,
    privateKeyId: key?.keyId,
    privateKey: key?.privateKeyPem,
  })
}, 180_000)
afterAll(async () => {
  expect(emulator.violations()).toEqual([])
  await emulator.close()
})

describe('a public client of App Store Connect', () => {
  it('finds the app, and makes and renames a group', async () => {
    const apps = await ask('appsGetCollection', { query: { 'filter[bundleId]': ['com.acme.app'] } })
    ids.app = apps.data[0].id
    const app = { app: { data: { type: 'apps', id: ids.app } } }
    const body = { data: { type: 'betaGroups', attributes: { name: 'Public client' }, relationships: app } }
    ids.group = (await ask('betaGroupsCreateInstance', { body }, 201)).data.id
    const attributes = { name: 'Public client 2' }
    const renamed = { data: { type: 'betaGroups', id: ids.group, attributes } }
    await ask('betaGroupsUpdateInstance', { ...path(ids.group), body: renamed })
    const found = await ask('betaGroupsGetCollection', { query: { 'filter[app]': [ids.app] } })
    expect(found.data.map((group: any) => group.attributes.name)).toContain('Public client 2')
  })

  it('takes a build from review to its testers', async () => {
    ids.build = emulator.addBuild(ids.app, { preReleaseVersion: '3.0', review: null, autoNotify: false }).id
    await ask(
      'betaGroupsBuildsCreateToManyRelationship',
      { ...path(ids.group), body: linkage('builds', ids.build) },
      204,
    )
    const build = { build: { data: { type: 'builds', id: ids.build } } }
    const submission = { data: { type: 'betaAppReviewSubmissions', relationships: build } }
    await ask('betaAppReviewSubmissionsCreateInstance', { body: submission }, 201)
    const state = async () =>
      (await ask('buildBetaDetailsGetCollection', { query: { 'filter[build]': [ids.build] } })).data[0].attributes
        .externalBuildState
    expect(await state()).toBe('WAITING_FOR_BETA_REVIEW')
    emulator.setReview(ids.build, 'APPROVED')
    expect(await state()).toBe('BETA_APPROVED')
    const notification = { data: { type: 'buildBetaNotifications', relationships: build } }
    await ask('buildBetaNotificationsCreateInstance', { body: notification }, 201)
    expect(await state()).toBe('IN_BETA_TESTING')
    const builds = await ask('buildsGetCollection', { query: { 'filter[app]': [ids.app], include: ['betaGroups'] } })
    expect(builds.data.map(({ id }: any) => id)).toContain(ids.build)
  })

  it('invites a tester, sees the device and the usage, and takes the tester out', async () => {
    const groups = { betaGroups: { data: [{ type: 'betaGroups', id: ids.group }] } }
    const attributes = { email: 'pat@example.com', firstName: 'Pat', lastName: 'Doe' }
    const body = { data: { type: 'betaTesters', attributes, relationships: groups } }
    ids.tester = (await ask('betaTestersCreateInstance', { body }, 201)).data.id
    expect(emulator.mails().map(({ email, kind }) => [email, kind])).toEqual([['pat@example.com', 'create']])
    emulator.setState(ids.tester, 'INSTALLED')
    emulator.setUsage(ids.tester, { sessions: 7, feedback: 1 })
    const query = { 'fields[betaTesters]': ['email', 'state', 'inviteType', 'appDevices'] }
    const members = await ask('betaGroupsBetaTestersGetToManyRelated', { ...path(ids.group), query })
    expect(members.data[0].attributes).toMatchObject({ state: 'INSTALLED', inviteType: 'EMAIL' })
    expect(members.data[0].attributes.appDevices).toHaveLength(1)
    const usages = await ask('betaGroupsBetaTesterUsagesGetMetrics', {
      ...path(ids.group),
      query: { groupBy: ['betaTesters'], period: 'P30D', limit: 200 },
    })
    expect(usages.data[0]).toMatchObject({
      dimensions: { betaTesters: { data: ids.tester } },
      dataPoints: [{ values: { sessionCount: 7, crashCount: 0, feedbackCount: 1 } }],
    })
    const one = linkage('betaTesters', ids.tester)
    await ask('betaGroupsBetaTestersDeleteToManyRelationship', { ...path(ids.group), body: one }, 204)
    await ask('betaGroupsBetaTestersCreateToManyRelationship', { ...path(ids.group), body: one }, 204)
    await ask('appsBetaTestersDeleteToManyRelationship', { ...path(ids.app), body: one }, 202)
    const gone = await ask('betaTestersGetCollection', { query: { 'filter[email]': ['pat@example.com'] } })
    expect(gone.data).toEqual([])
  })

  it('ends with the group and the build', async () => {
    await ask(
      'betaGroupsBuildsDeleteToManyRelationship',
      { ...path(ids.group), body: linkage('builds', ids.build) },
      204,
    )
    await ask('betaGroupsDeleteInstance', path(ids.group), 204)
    const { response, error } = await sdk.betaGroupsGetInstance({ client, ...path(ids.group) })
    expect([response.status, error.errors[0].code]).toEqual([404, 'NOT_FOUND'])
    const expired = { data: { type: 'builds', id: ids.build, attributes: { expired: true } } }
    await ask('buildsUpdateInstance', { ...path(ids.build), body: expired })
    expect(emulator.builds(ids.app).find(({ id }) => id === ids.build)?.expired).toBe(true)
  })
})
