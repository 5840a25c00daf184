import type { InjectOptions } from 'fastify'
import type { Roster } from '@flightroster/core/domain'
import { bindScimGroup, directoryOf, finishScim } from '@flightroster/core/usecases/scim'
import type { TestApi } from './serve.ts'

export interface ScimAnswer {
  status: number
  body: any
  headers: Record<string, unknown>
  text: string
}

/** An identity provider that has a token, and what of it arrives on the rosters. */
export interface ScimClient {
  call(method: InjectOptions['method'], path: string, body?: unknown, type?: string): Promise<ScimAnswer>
  /** Makes a user; returns the id. */
  addUser(userName: string, more?: object): Promise<string>
  addGroup(displayName: string, members?: readonly string[], more?: object): Promise<string>
  patch(path: string, operations: readonly object[]): Promise<ScimAnswer>
  /** Ids of those on the roster, in order. */
  present(roster: string): Promise<string[]>
  /** Addresses of those on the roster, in order; null for one without. */
  addresses(roster: string): Promise<(string | null)[]>
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export async function connectScim(
  api: TestApi,
  token: { rosters?: string[] | null; emailAttribute?: string } = {},
): Promise<ScimClient> {
  const made = await api.call('POST', '/v1/tokens', { name: 'idp', scopes: ['scim'], ...token })
  const authorization = `Bearer ${made.json().token}`
  const call: ScimClient['call'] = async (method, path, body, type = 'application/scim+json') => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type }
    const answer = await api.call(method, `/scim/v2${path}`, body, { authorization, ...headers })
    const { statusCode: status, body: text } = answer
    return { status, headers: answer.headers, text, body: text === '' ? undefined : JSON.parse(text) }
  }
  const made201 = async (path: string, body: object) => {
    const answer = await call('POST', path, body)
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
    return answer.body.id as string
  }
  const members = async (roster: string) => {
    const { items } = (await api.call('GET', `/v1/rosters/${roster}/members?limit=1000`)).json()
    return (items as { id: string; email: string | null; desired: string }[]).filter((one) => one.desired === 'present')
  }
  return {
    call,
    addUser: (userName, more) => made201('/Users', { schemas: [], userName, ...more }),
    addGroup: (displayName, ids = [], more = {}) =>
      made201('/Groups', { displayName, members: ids.map((value) => ({ value })), ...more }),
    patch: (path, operations) => call('PATCH', path, { schemas: [PATCH_OP], Operations: operations }),
    present: async (roster) => (await members(roster)).map(({ id }) => id).sort(),
    addresses: async (roster) =>
      (await members(roster)).map(({ email }) => email).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
  }
}

/** A roster that names a SCIM group, as if it had been put. */
export async function addScimRoster(api: TestApi, id: string, scimGroup: string | null, more: Partial<Roster> = {}) {
  const roster = await api.addRoster({ id, group: { id: `g-${id}`, name: id }, ...more })
  await bindRoster(api, id, scimGroup)
  return roster
}

/** As a PUT of its settings does, without Apple. */
export async function bindRoster(api: TestApi, id: string, scimGroup: string | null): Promise<void> {
  await bindScimGroup(api.deps, id, scimGroup, () =>
    api.store.rosters.update(id, (roster) => ({ ...roster, scimGroup })),
  )
}

/** What is done by any process for one that died. */
export const finish = (api: TestApi) => finishScim(api.deps, 1)

/** People and a group of them, put where they are kept: thousands of requests would say nothing more. */
export async function putGroup(
  api: TestApi,
  idp: ScimClient,
  name: string,
  size: number,
  { firstName = 'Ann' }: { firstName?: string } = {},
) {
  const ids = Array.from({ length: size }, (_, at) => `${name}-${String(at).padStart(6, '0')}`)
  const now = api.deps.clock.now()
  for (let from = 0; from < size; from += 500) {
    const records = ids.slice(from, from + 500).flatMap((id) => {
      const profile = { email: `${id}@example.com`, firstName, lastName: 'Lee' }
      const known = { v: 1, id, userName: id, externalId: null, active: true, profile, resource: { userName: id } }
      return [id, JSON.stringify({ ...known, createdAt: now, updatedAt: now })]
    })
    await api.connection.hset('fr:{scim:all}:users', ...records)
  }
  const id = await idp.addGroup(name)
  await directoryOf(api, null).store.amendMembers(id, 'add', ids)
  return { id, ids }
}
