import { makeTeamKey } from '@flightroster/core/testing'
import { expect } from 'vitest'
import { serveApi, type TestApi } from './serve.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'

/** Everything of others is called so; nothing of it may come out, nothing of it may change. */
export const SECRET = 'zqzqz'
export const OWN = { roster: 'mine', teamKey: 'mine-key', webhook: 'mine-hook', member: 'u-1' }
export const FOREIGN = [
  { lane: 'the same team key', roster: `${SECRET}-near`, teamKey: OWN.teamKey },
  { lane: 'another team key', roster: `${SECRET}-far`, teamKey: `${SECRET}-key` },
]

export interface Names {
  roster: string
  teamKey: string
  webhook: string
  member: string
  reconciliation: string
  delivery: string
  token: string
  source: string
  scimUser: string
  scimGroup: string
  notice: string
}

/** A token bound to one roster, beside other rosters with everything that can be made for one. */
export interface BoundWorld {
  api: TestApi
  /** Names of what was made for each roster of others, by the roster. */
  planted: Map<string, Names>
  /** Sends a request with the bound token. */
  asBound: (method: Method, url: string, body?: unknown) => ReturnType<TestApi['call']>
}

export async function startBoundWorld(): Promise<BoundWorld> {
  const api = await serveApi()
  const planted = new Map<string, Names>()
  const putSource = async (id: string, roster: string) => {
    const body = { kind: 'stripe', secret: 'x', rosters: { '*': roster } }
    expect((await api.call('PUT', `/v1/sources/${id}`, body)).statusCode).toBe(201)
  }
  const putNotice = async (id: string, roster: string) => {
    const body = { kind: 'slack', target: 'https://hooks.example.com/x', types: ['*'], rosters: [roster] }
    expect((await api.call('PUT', `/v1/notices/${id}`, body)).statusCode).toBe(201)
  }
  const putHook = async (id: string, rosters: string[] | null) => {
    const body = { url: 'https://hooks.example.com/x', types: ['*'], rosters }
    expect((await api.call('PUT', `/v1/webhooks/${id}`, body)).statusCode).toBe(201)
  }
  await api.store.teamKeys.put(makeTeamKey({ id: `${SECRET}-key` }))
  const group = (roster: string) => ({ id: `g-${roster}`, name: `${roster} group` })
  await api.addRoster({ id: OWN.roster, teamKey: OWN.teamKey, group: group(OWN.roster) })
  await api.call('PUT', `/v1/rosters/${OWN.roster}/members/${OWN.member}`, { email: 'own@example.com' })
  for (const { roster, teamKey } of FOREIGN) {
    await api.addRoster({ id: roster, teamKey, group: group(roster) })
    const member = `${roster}-member`
    await api.call('PUT', `/v1/rosters/${roster}/members/${member}`, {
      email: 'secret@zqzqz.example.com',
      firstName: SECRET,
    })
    const reconciliation = (await api.call('POST', `/v1/rosters/${roster}/reconciliations`)).json().id
    const webhook = `${roster}-hook`
    await putHook(webhook, [roster])
    const delivery = (await api.call('POST', `/v1/webhooks/${webhook}/test`)).json().id
    const token = (await api.call('POST', '/v1/tokens', { name: `${roster}-token`, scopes: ['admin'] })).json().id
    const source = `${roster}-source`
    await putSource(source, roster)
    const scimUser = (
      await api.call('POST', '/scim/v2/Users', { userName: `${roster}-secret@zqzqz.example.com` })
    ).json()
    const people = { displayName: `${roster}-people`, members: [{ value: scimUser.id }] }
    const scimGroup = (await api.call('POST', '/scim/v2/Groups', people)).json().id
    const scim = { scimUser: scimUser.id, scimGroup }
    const notice = `${roster}-notice`
    await putNotice(notice, roster)
    planted.set(roster, { roster, teamKey, webhook, member, reconciliation, delivery, token, source, notice, ...scim })
  }
  await putHook(`${SECRET}-all`, null)
  await putHook(OWN.webhook, [OWN.roster])
  const made = await api.call('POST', '/v1/tokens', { name: 'mine', scopes: ['admin'], rosters: [OWN.roster] })
  const authorization = `Bearer ${made.json().token}`
  return { api, planted, asBound: (method, url, body) => api.call(method, url, body, { authorization }) }
}
