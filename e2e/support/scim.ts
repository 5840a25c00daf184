import { timePasses } from '@flightroster/core/testing'
import type { Api } from './api.ts'

const BUSY_MS = 120_000
const AGAIN_MS = 500

interface Resource {
  id: string
  totalResults: number
  Resources?: { id: string }[]
}

export type Scim = (method: string, path: string, body?: object) => Promise<Resource>

/**
 * An identity provider with a token of its own. As providers do, it sends again what a busy store did not answer in time, and looks for
 * whom it is told of as there already. Throws with the whole answer when a request is refused.
 */
export async function connectScim({ url, must }: Pick<Api, 'url' | 'must'>): Promise<Scim> {
  const { token } = await must<{ token: string }>('POST', '/v1/tokens', { name: 'idp', scopes: ['scim'] }, 201)
  const send = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const scim: Scim = async (method, path, body) => {
    let answer = await send(method, path, body)
    let sent = 1
    for (const until = Date.now() + BUSY_MS; answer.status === 503 && Date.now() < until; sent++) {
      await timePasses(AGAIN_MS)
      answer = await send(method, path, body)
    }
    if (answer.status === 409 && method === 'POST' && sent > 1) {
      const [name, value] = Object.entries(body ?? {}).find(([key]) => /^(userName|displayName)$/.test(key)) ?? []
      const found = await scim('GET', `${path}?filter=${encodeURIComponent(`${name} eq "${value}"`)}`)
      return { ...found, id: found.Resources?.[0]?.id ?? '' }
    }
    if (answer.status === 404 && method === 'DELETE' && sent > 1) return { id: '', totalResults: 0 }
    if (answer.status >= 300)
      throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text.slice(0, 300)}`)
    return answer.text === '' ? { id: '', totalResults: 0 } : (JSON.parse(answer.text) as Resource)
  }
  return scim
}
