import { createAppleWebhooks, createSchedule } from '@flightroster/core/store'
import { createHmac, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'
import { serveApi } from '../../../testing/serve.ts'

let api: TestApiWithApple

beforeEach(async () => {
  api = await serveApiWithApple({
    seed: {
      apps: [
        {
          id: '1',
          bundleId: 'com.acme.app',
          groups: [
            { id: 'gold', name: 'Gold' },
            { id: 'silver', name: 'Silver' },
          ],
        },
      ],
    },
  })
  await api.putTeamKey()
  await putRoster('gold')
})
afterEach(async () => {
  expect(api.emulator.violations()).toEqual([])
  await api.close()
})

const putRoster = (id: string) =>
  api.call('PUT', `/v1/rosters/${id}`, { teamKey: 'acme', app: { id: '1' }, group: { id } })
const register = (roster = 'gold') => api.call('PUT', `/v1/rosters/${roster}/apple-webhook`)
const remove = (roster = 'gold') => api.call('DELETE', `/v1/rosters/${roster}/apple-webhook`)
const creates = () => callsTo('POST', '/v1/webhooks')
const callsTo = (method: string, path: string) =>
  api.emulator.calls().filter((call) => call.method === method && call.path.startsWith(path))
const secretOf = async (id: string) => {
  const record = await createAppleWebhooks(api.connection).find(id)
  return api.deps.sealer.open(record!.sealedSecret, `apple-webhook:${id}`)
}
const delivery = (type = 'buildBetaDetailExternalBuildStateUpdated', id: string = randomUUID()) =>
  JSON.stringify({ data: { type, id, version: 1, attributes: {}, relationships: {} } })
const sign = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('hex')
const post = (id: string, body: string, headers: Record<string, string>) =>
  api.call('POST', `/v1/apple-webhooks/${id}`, body, { authorization: '', ...headers })
/** Whether a look at the app's builds is due, or would be by itself later. */
const isLookDue = async () => {
  const [at] = await createSchedule(api.connection, 'acme').dueAt(['builds:1'])
  return at !== null && at !== undefined && at <= Date.now()
}
const putOff = () => createSchedule(api.connection, 'acme').replan('builds:1', Date.now() + 600_000)

describe('PUT /v1/rosters/{rosterId}/apple-webhook', () => {
  it('registers one webhook with Apple, which gets a secret that nobody else sees', async () => {
    const answer = await register()
    const { id, ...rest } = answer.json()
    expect([answer.statusCode, rest]).toEqual([
      201,
      { app: '1', url: `https://flightroster.example.com/v1/apple-webhooks/${id}`, createdAt: expect.any(String) },
    ])
    expect(creates()).toHaveLength(1)
    const sent = creates()[0]!.body as { data: { attributes: { url: string; secret: string; eventTypes: string[] } } }
    expect(sent.data.attributes).toMatchObject({ url: rest.url, secret: await secretOf(id), enabled: true })
    expect(sent.data.attributes.secret.length).toBeGreaterThan(40)
    const kept = JSON.stringify(await api.connection.hgetall('fr:apple-webhooks'))
    expect(
      [answer.body, kept, api.logged.join('')].filter((text) => text.includes(sent.data.attributes.secret)),
    ).toEqual([])
  })

  it('goes on with the one there is, for every roster of the app', async () => {
    await putRoster('silver')
    const [first, again, other] = [await register(), await register(), await register('silver')]
    expect([first.statusCode, again.statusCode, other.statusCode]).toEqual([201, 200, 200])
    expect([again.json(), other.json()]).toEqual([first.json(), first.json()])
    expect(creates()).toHaveLength(1)
  })

  it('makes it anew when Apple has it no more', async () => {
    const { id } = (await register()).json()
    const record = await createAppleWebhooks(api.connection).find(id)
    await deleteAtApple(record!.appleId!)
    const answer = await register()
    expect([answer.statusCode, answer.json().id]).toEqual([201, id])
    expect(creates()).toHaveLength(2)
  })

  it('keeps nothing that stands in the way when Apple refuses', async () => {
    api.emulator.failNext({ kind: 'status', status: 409, match: { method: 'POST', path: '/v1/webhooks' } })
    const refused = await register()
    expect([refused.statusCode, refused.json().code]).toEqual([502, 'apple_refused'])
    expect((await register()).statusCode).toBe(201)
  })

  it('answers 409 without PUBLIC_URL, and 404 for a roster that is not there', async () => {
    expect((await register('none')).statusCode).toBe(404)
    const other = await serveApi({ publicUrl: undefined })
    await other.addRoster({ id: 'gold' })
    const answer = await other.call('PUT', '/v1/rosters/gold/apple-webhook')
    await other.close()
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'public_url_missing'])
  })
})

describe('DELETE /v1/rosters/{rosterId}/apple-webhook', () => {
  it('takes it back at Apple once the last roster is through with it', async () => {
    await putRoster('silver')
    const { id } = (await register()).json()
    await register('silver')
    expect((await remove()).statusCode).toBe(204)
    expect(callsTo('DELETE', '/v1/webhooks')).toHaveLength(0)
    expect((await remove()).statusCode).toBe(404)
    expect((await remove('silver')).statusCode).toBe(204)
    expect(callsTo('DELETE', '/v1/webhooks')).toHaveLength(1)
    expect((await post(id, delivery(), {})).statusCode).toBe(404)
    expect((await register()).statusCode).toBe(201)
  })

  it('is through with one that Apple has no more', async () => {
    const { id } = (await register()).json()
    await deleteAtApple((await createAppleWebhooks(api.connection).find(id))!.appleId!)
    expect((await remove()).statusCode).toBe(204)
  })
})

describe('POST /v1/apple-webhooks/{registrationId}', () => {
  let id: string
  let secret: string
  beforeEach(async () => {
    id = (await register()).json().id
    secret = await secretOf(id)
    await putOff()
  })

  it.each(['hmacsha256=', ''])(
    'takes a delivery signed as "%s<hex>", and has the builds looked at now',
    async (name) => {
      const body = delivery()
      const answer = await post(id, body, { 'x-apple-signature': name + sign(secret, body) })
      expect([answer.statusCode, await isLookDue()]).toEqual([200, true])
    },
  )

  it('takes the deliveries that Apple sends', async () => {
    const body = delivery()
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/vnd.api+json',
    ]) {
      const answer = await post(id, body, { 'content-type': type, 'x-apple-signature': sign(secret, body) })
      expect([type, answer.statusCode]).toEqual([type, 200])
    }
  })

  it('answers a ping, and looks at nothing', async () => {
    const body = delivery('webhookPingCreated')
    const answer = await post(id, body, { 'x-apple-signature': `hmacsha256=${sign(secret, body)}` })
    expect([answer.statusCode, await isLookDue()]).toEqual([200, false])
  })

  it('answers a repeat with 200 and no effect', async () => {
    const body = delivery()
    const signed = { 'x-apple-signature': sign(secret, body) }
    await post(id, body, signed)
    await putOff()
    const again = await post(id, body, signed)
    const sameId = delivery('buildUploadStateUpdated', JSON.parse(body).data.id)
    const other = await post(id, sameId, { 'x-apple-signature': sign(secret, sameId) })
    expect([again.statusCode, other.statusCode, await isLookDue()]).toEqual([200, 200, false])
  })

  it.each([
    ['unsigned', {}],
    ['signed by another', { 'x-apple-signature': `hmacsha256=${sign('other', 'x')}` }],
    ['with a token in place of a signature', { authorization: 'Bearer admin-token-of-tests' }],
  ])('refuses one that is %s with 401', async (_, headers) => {
    const answer = await post(id, delivery(), headers)
    expect([answer.statusCode, answer.json().code, await isLookDue()]).toEqual([401, 'signature_invalid', false])
  })

  it('refuses a body that was changed by one byte', async () => {
    const body = delivery()
    const answer = await post(id, `${body} `, { 'x-apple-signature': sign(secret, body) })
    expect([answer.statusCode, await isLookDue()]).toEqual([401, false])
  })

  it('refuses more than 64 KB with 413, whoever has signed it', async () => {
    const fits = `${delivery()}${' '.repeat(64 * 1024)}`.slice(0, 64 * 1024)
    const large = `${fits} `
    expect((await post(id, fits, { 'x-apple-signature': sign(secret, fits) })).statusCode).toBe(200)
    expect((await post(id, large, { 'x-apple-signature': sign(secret, large) })).statusCode).toBe(413)
  })

  it.each(['', '{', '[]', 'null', '{"data":{}}', '{"data":{"type":"x","id":7}}'])(
    'refuses the signed body %j with 400',
    async (body) => {
      const answer = await post(id, body, { 'x-apple-signature': sign(secret, body) })
      expect([answer.statusCode, await isLookDue()]).toEqual([400, false])
    },
  )

  it('does not know other registrations', async () => {
    const body = delivery()
    expect((await post(randomUUID(), body, { 'x-apple-signature': sign(secret, body) })).statusCode).toBe(404)
  })

  it('leaves the bodies of all other routes as strict as they are', async () => {
    const answer = await api.call('PUT', '/v1/rosters/gold', '{"teamKey":', { 'content-type': 'application/json' })
    const text = await api.call('PUT', '/v1/rosters/gold', 'x', { 'content-type': 'text/plain' })
    expect([answer.statusCode, text.statusCode]).toEqual([400, 415])
  })
})

/** As somebody does in App Store Connect: behind our back. */
async function deleteAtApple(appleId: string): Promise<void> {
  const [key] = api.emulator.keys
  const gate = { admit: async () => {}, note: () => {} }
  const credentials = { issuerId: key!.issuerId, keyId: key!.keyId, privateKey: key!.privateKeyPem }
  await api.deps.apple.session(credentials, gate).deleteWebhook(appleId)
}
