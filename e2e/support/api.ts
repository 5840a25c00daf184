import { timePasses } from '@flightroster/core/testing'

const BUSY_MS = 120_000
const AGAIN_MS = 250

export interface Answer<T = Record<string, unknown>> {
  status: number
  body: T
}

export interface Api {
  url: string
  token: string
  request<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>>
  get<T = Record<string, unknown>>(path: string): Promise<Answer<T>>
  /**
   * Throws with the whole answer when the status is another. What a busy store did not answer in time is sent again, as callers are told
   * to; what had been kept then, though nobody heard so, answers 200 to a PUT where 201 is wanted.
   */
  must<T = Record<string, unknown>>(method: string, path: string, body: unknown, status: number): Promise<T>
  /** Every item of a paged list. */
  all<T>(path: string): Promise<T[]>
}

export interface Member {
  id: string
  email: string | null
  desired: 'present' | 'absent'
  status: string
  tester: { id: string; state: string } | null
  problem: { code: string } | null
}

export function createApi(url: string, token: string): Api {
  const request = async <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text && text.startsWith('{') ? JSON.parse(text) : { text }) as T }
  }
  const api: Api = {
    url,
    token,
    request,
    get: (path) => request('GET', path),
    async must<T>(method: string, path: string, body: unknown, status: number) {
      const wanted = [status]
      let answer = await request<T>(method, path, body)
      const until = Date.now() + BUSY_MS
      while (answer.status === 503 && status !== 503 && Date.now() < until) {
        await timePasses(AGAIN_MS)
        if (status === 201) wanted.push(200)
        answer = await request<T>(method, path, body)
      }
      if (!wanted.includes(answer.status)) {
        throw new Error(`${method} ${path} answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`)
      }
      return answer.body
    },
    async all<T>(path: string) {
      const items: T[] = []
      let cursor: string | null = null
      do {
        const join = path.includes('?') ? '&' : '?'
        const query: string = cursor === null ? 'limit=1000' : `limit=1000&cursor=${encodeURIComponent(cursor)}`
        const page: { items: T[]; nextCursor: string | null } = await api.must(
          'GET',
          `${path}${join}${query}`,
          undefined,
          200,
        )
        items.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== null)
      return items
    },
  }
  return api
}
