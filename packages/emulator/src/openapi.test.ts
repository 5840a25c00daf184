import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChecker, readOpenApi } from '../testing/apple-schema.ts'
import type { OpenApi } from '../testing/apple-schema.ts'
import { linkage, newTester, startRig } from '../testing/client.ts'
import type { Reply, Rig } from '../testing/client.ts'
import { fieldNames } from './parameters.ts'
import { operations } from './routes/index.ts'

const openApi = readOpenApi()
if (!openApi) console.log("openapi.test.ts is skipped: Apple's OpenAPI file is not there")

const patterns = operations.map(({ method, path }) => ({
  method,
  path,
  pattern: new RegExp(`^${path.replace('{id}', '[^/]+')}$`),
}))

describe.skipIf(!openApi)("against Apple's OpenAPI file", () => {
  const apple = openApi as OpenApi
  let checker: ReturnType<typeof createChecker>
  const seen = new Map<string, Set<number>>()
  let rig: Rig

  beforeAll(async () => {
    checker = createChecker(apple)
    rig = await startRig({ readLagMs: 0 })
    rig.emulator.addUsers(['team@example.com'])
  })
  afterAll(() => rig.emulator.close())

  /** Calls, and holds both the request and the answer against Apple's schemas. */
  async function call(method: string, path: string, expected: number, body?: unknown, token?: string): Promise<Reply> {
    const plain = path.split('?')[0] ?? ''
    const operation = patterns.find((one) => one.method === method && one.pattern.test(plain))
    expect(operation, `${method} ${path}`).toBeDefined()
    const template = operation?.path ?? ''
    if (body !== undefined && expected < 400) expect(checker.request(method, template, body)).toEqual([])
    const reply = await rig.call(method, path, body, token)
    expect({
      call: `${method} ${path}`,
      status: reply.status,
      errors: reply.status === expected ? [] : reply.body,
    }).toEqual({ call: `${method} ${path}`, status: expected, errors: [] })
    expect(checker.response(method, template, reply.status, reply.body), `${method} ${path}`).toEqual([])
    const key = `${method} ${template}`
    seen.set(key, (seen.get(key) ?? new Set()).add(reply.status))
    return reply
  }

  it('answers on apps as Apple does', async () => {
    const { appId } = rig
    await call('GET', '/v1/apps?filter[bundleId]=com.acme.app&limit=1&include=betaGroups,builds', 200)
    await call('GET', `/v1/apps/${appId}?fields[apps]=bundleId,name`, 200)
    for (const name of ['betaGroups', 'builds']) {
      await call('GET', `/v1/apps/${appId}/${name}?limit=1`, 200)
      await call('GET', `/v1/apps/${appId}/relationships/${name}`, 200)
    }
    const id = await rig.create('from-app@example.com')
    await call('DELETE', `/v1/apps/${appId}/relationships/betaTesters`, 202, linkage('betaTesters', id))
    await call('DELETE', `/v1/apps/${appId}/relationships/betaTesters`, 409, linkage('betaTesters', id))
  })

  it('answers on groups as Apple does', async () => {
    const { appId, groupId, buildId } = rig
    await call('GET', `/v1/betaGroups?filter[app]=${appId}&filter[isInternalGroup]=false&include=app,builds`, 200)
    await call('GET', `/v1/betaGroups/${groupId}?include=betaTesters&limit[betaTesters]=5`, 200)
    const app = { app: { data: { type: 'apps', id: appId } } }
    const created = await call('POST', '/v1/betaGroups', 201, {
      data: { type: 'betaGroups', attributes: { name: 'New', feedbackEnabled: null }, relationships: app },
    })
    const path = `/v1/betaGroups/${created.body.data.id}`
    const update = (attributes: object) => ({ data: { type: 'betaGroups', id: created.body.data.id, attributes } })
    await call('PATCH', path, 200, update({ name: 'Newer', publicLinkEnabled: true }))
    await call('PATCH', path, 409, update({ isInternalGroup: true }))
    await call('GET', `${path}/app`, 200)
    await call('GET', `${path}/relationships/app`, 200)
    await call('POST', `${path}/relationships/builds`, 204, linkage('builds', buildId))
    await call('GET', `${path}/builds`, 200)
    await call('GET', `${path}/relationships/builds`, 200)
    await call('DELETE', `${path}/relationships/builds`, 204, linkage('builds', buildId))
    const id = await rig.create('of-group@example.com')
    await call('POST', `${path}/relationships/betaTesters`, 204, linkage('betaTesters', id))
    await call('POST', `${path}/relationships/betaTesters`, 409, linkage('betaTesters', id))
    await call('GET', `${path}/betaTesters?fields[betaTesters]=email,state&limit=200`, 200)
    await call('GET', `${path}/relationships/betaTesters?limit=1`, 200)
    await call('DELETE', `${path}/relationships/betaTesters`, 204, linkage('betaTesters', id))
    await call('DELETE', path, 204)
  })

  it('answers on testers as Apple does', async () => {
    const { appId, groupId, buildId } = rig
    const created = await call('POST', '/v1/betaTesters', 201, newTester('ada@example.com', groupId))
    await call('POST', '/v1/betaTesters', 409, newTester('ada@example.com', groupId))
    await call('POST', '/v1/betaTesters', 409, newTester('not an address', groupId))
    const { id } = created.body.data
    await rig.create('bob@example.com')
    const found = await call('GET', `/v1/betaTesters?filter[apps]=${appId}&include=apps,betaGroups,builds&limit=1`, 200)
    expect(found.body.links.next).toBeDefined()
    await call('GET', '/v1/betaTesters?filter[email]=ada&sort=-email&fields[betaTesters]=email,betaGroups', 200)
    await call('GET', '/v1/betaTesters?nonsense=1', 400)
    const path = `/v1/betaTesters/${id}`
    await call('GET', `${path}?include=betaGroups`, 200)
    await call('POST', `${path}/relationships/builds`, 204, linkage('builds', buildId))
    for (const name of ['apps', 'betaGroups', 'builds']) {
      await call('GET', `${path}/${name}`, 200)
      await call('GET', `${path}/relationships/${name}`, 200)
    }
    await call('DELETE', `${path}/relationships/builds`, 204, linkage('builds', buildId))
    await call('DELETE', `${path}/relationships/betaGroups`, 204, linkage('betaGroups', groupId))
    await call('POST', `${path}/relationships/betaGroups`, 204, linkage('betaGroups', groupId))
    await call('DELETE', `${path}/relationships/apps`, 202, linkage('apps', appId))
    await call('DELETE', `/v1/betaTesters/${await rig.create('gone@example.com')}`, 204)
  })

  it('answers on usage and devices as Apple does', async () => {
    const { appId, groupId } = rig
    const id = await rig.create('user@example.com')
    rig.emulator.setState(id, 'INSTALLED')
    rig.emulator.addPublicTester(groupId, { state: 'INSTALLED' })
    rig.emulator.setUsage(id, { sessions: 3, crashes: 1 })
    const listed = await call(
      'GET',
      `/v1/betaGroups/${groupId}/betaTesters?fields[betaTesters]=email,inviteType,appDevices`,
      200,
    )
    const rows = listed.body.data.map(({ attributes }: any) => attributes)
    expect(rows).toContainEqual(expect.objectContaining({ email: 'user@example.com', inviteType: 'EMAIL' }))
    expect(rows.find((row: any) => row.inviteType === 'PUBLIC_LINK')).toEqual({
      inviteType: 'PUBLIC_LINK',
      appDevices: [expect.objectContaining({ platform: 'IOS' })],
    })
    for (const owner of [`betaGroups/${groupId}`, `apps/${appId}`]) {
      const path = `/v1/${owner}/metrics/betaTesterUsages`
      await call('GET', path, 400)
      await call('GET', `${path}?groupBy=betaTesters&period=P8D`, 400)
      const page = await call('GET', `${path}?groupBy=betaTesters&period=P30D&limit=1`, 200)
      expect(page.body.meta.paging.total).toBe(2)
      expect(page.body.links.next).toBeDefined()
      const one = await call('GET', `${path}?filter[betaTesters]=${id}&period=P7D`, 200)
      expect(one.body.data[0].dataPoints[0].values).toEqual({ sessionCount: 3, crashCount: 1, feedbackCount: 0 })
    }
  })

  it('answers on invitations as Apple does', async () => {
    const id = await rig.create('guest@example.com')
    const body = {
      data: {
        type: 'betaTesterInvitations',
        relationships: {
          betaTester: { data: { type: 'betaTesters', id } },
          app: { data: { type: 'apps', id: rig.appId } },
        },
      },
    }
    await call('POST', '/v1/betaTesterInvitations', 201, body)
    rig.emulator.setState(id, 'ACCEPTED')
    await call('POST', '/v1/betaTesterInvitations', 409, body)
  })

  it('answers on builds as Apple does', async () => {
    const { buildId, groupId, appId } = rig
    const include = 'preReleaseVersion,individualTesters,betaGroups,betaAppReviewSubmission,app,buildBetaDetail'
    const version = 'filter[preReleaseVersion.version]=1.0'
    await call('GET', `/v1/builds?filter[app]=${appId}&filter[expired]=false&${version}&include=${include}`, 200)
    await call('GET', `/v1/builds?filter[processingState]=VALID&sort=-uploadedDate&limit=1`, 200)
    const path = `/v1/builds/${buildId}`
    await call('GET', `${path}?include=${include}`, 200)
    const update = (attributes: object) => ({ data: { type: 'builds', id: buildId, attributes } })
    await call('PATCH', path, 200, update({ usesNonExemptEncryption: false }))
    await call('PATCH', path, 409, update({ version: '7' }))
    await call('DELETE', `${path}/relationships/betaGroups`, 204, linkage('betaGroups', groupId))
    await call('POST', `${path}/relationships/betaGroups`, 204, linkage('betaGroups', groupId))
    await call('GET', `${path}/buildBetaDetail?include=build`, 200)
    await call('GET', `${path}/relationships/buildBetaDetail`, 200)
    const id = await rig.create('alone@example.com')
    await call('POST', `${path}/relationships/individualTesters`, 204, linkage('betaTesters', id))
    await call('GET', `${path}/individualTesters`, 200)
    await call('GET', `${path}/relationships/individualTesters`, 200)
    await call('DELETE', `${path}/relationships/individualTesters`, 204, linkage('betaTesters', id))
    const detail = (await call('GET', `/v1/buildBetaDetails?filter[build]=${buildId}`, 200)).body.data[0].id
    await call('GET', `/v1/buildBetaDetails/${detail}`, 200)
    await call('PATCH', `/v1/buildBetaDetails/${detail}`, 200, {
      data: { type: 'buildBetaDetails', id: detail, attributes: { autoNotifyEnabled: false } },
    })
    const notification = {
      data: { type: 'buildBetaNotifications', relationships: { build: { data: { type: 'builds', id: buildId } } } },
    }
    await call('POST', '/v1/buildBetaNotifications', 201, notification)
    await call('POST', '/v1/buildBetaNotifications', 409, notification)
    await call('GET', `/v1/buildBetaDetails/${detail}/build`, 200)
    await call('GET', `/v1/buildBetaDetails/${detail}/relationships/build`, 200)
  })

  it('answers on beta review as Apple does', async () => {
    const build = rig.emulator.addBuild(rig.appId, { preReleaseVersion: '2.0', review: null })
    const body = {
      data: {
        type: 'betaAppReviewSubmissions',
        relationships: { build: { data: { type: 'builds', id: build.id } } },
      },
    }
    const { id } = (await call('POST', '/v1/betaAppReviewSubmissions', 201, body)).body.data
    await call('POST', '/v1/betaAppReviewSubmissions', 422, body)
    await call('GET', `/v1/betaAppReviewSubmissions?filter[build]=${build.id}&include=build`, 200)
    await call('GET', `/v1/betaAppReviewSubmissions/${id}`, 200)
    await call('GET', `/v1/betaAppReviewSubmissions/${id}/build`, 200)
    await call('GET', `/v1/betaAppReviewSubmissions/${id}/relationships/build`, 200)
  })

  it('answers on webhooks as Apple does', async () => {
    const created = await call('POST', '/v1/webhooks', 201, {
      data: {
        type: 'webhooks',
        attributes: {
          enabled: true,
          eventTypes: ['BUILD_UPLOAD_STATE_UPDATED'],
          name: 'ours',
          secret: 'shh',
          url: 'http://127.0.0.1:9/',
        },
        relationships: { app: { data: { type: 'apps', id: rig.appId } } },
      },
    })
    const { id } = created.body.data
    await call('GET', `/v1/webhooks/${id}?include=app`, 200)
    const listed = await call('GET', `/v1/apps/${rig.appId}/webhooks?fields[webhooks]=url,enabled&limit=200`, 200)
    expect(listed.body.data).toEqual([
      expect.objectContaining({ id, attributes: { enabled: true, url: 'http://127.0.0.1:9/' } }),
    ])
    await call('GET', `/v1/apps/${rig.appId}/relationships/webhooks`, 200)
    await call('PATCH', `/v1/webhooks/${id}`, 200, { data: { type: 'webhooks', id, attributes: { enabled: false } } })
    const ping = { data: { type: 'webhookPings', relationships: { webhook: { data: { type: 'webhooks', id } } } } }
    await call('POST', '/v1/webhookPings', 201, ping)
    await call('DELETE', `/v1/webhooks/${id}`, 204)
    await call('POST', '/v1/webhookPings', 409, ping)
  })

  it('refuses every operation without a good token, and every unknown id, in Apple’s error shape', async () => {
    for (const { method, path, body, parameters } of operations) {
      const target = path.replace('{id}', 'unknown')
      await call(method, target, 401, undefined, 'not.a.token')
      if (path.includes('{id}') && !body) await call(method, target, 404)
      if (body) await call(method, target, 400, { nonsense: true })
      if (parameters) await call(method, `${target}?limit=0&foo=1`, 400)
    }
  })

  it('has shown a success and an error of every operation it serves', () => {
    const shown = operations.map(({ method, path }) => {
      const statuses = [...(seen.get(`${method} ${path}`) ?? [])]
      return {
        operation: `${method} ${path}`,
        success: statuses.some((s) => s < 300),
        error: statuses.some((s) => s >= 400),
      }
    })
    expect(shown.filter(({ success, error }) => !success || !error)).toEqual([])
  })

  it('takes no query parameter and no value that Apple does not', () => {
    for (const { method, path, parameters = {} } of operations) {
      const listed = apple.paths[path]?.[method.toLowerCase()]?.parameters ?? []
      const values = (name: string) => listed.find((one) => one.name === name)?.schema
      const where = `${method} ${path}`
      for (const [name, allowed] of Object.entries(parameters.filters ?? {})) {
        expect(values(`filter[${name}]`), `${where} filter[${name}]`).toBeDefined()
        const words = values(`filter[${name}]`)?.items?.enum
        if (words) expect(words).toEqual(expect.arrayContaining([...(allowed ?? [])]))
      }
      for (const kind of ['sort', 'include'] as const) {
        if (parameters[kind]) expect(values(kind)?.items?.enum).toEqual(expect.arrayContaining([...parameters[kind]]))
      }
      for (const type of parameters.fields ?? []) {
        expect(values(`fields[${type}]`), `${where} fields[${type}]`).toBeDefined()
        if (fieldNames[type]) expect(values(`fields[${type}]`)?.items?.enum).toEqual(fieldNames[type])
      }
      for (const [name, most] of Object.entries(parameters.limits ?? {})) {
        expect(values(`limit[${name}]`)?.maximum, `${where} limit[${name}]`).toBe(most)
      }
      if (parameters.limit) expect(values('limit')?.maximum).toBe(200)
    }
  })
})
