import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { signStripe } from '@flightroster/core/testing'
import type { TestApi } from './serve.ts'

const PAYLOADS = resolve(import.meta.dirname, '../../../packages/core/src/sources')
export const SECRET = 'whsec_of_the_sender'

/** A payload as the sender's documentation has it. */
export const recorded = (kind: string, name: string) =>
  JSON.parse(readFileSync(`${PAYLOADS}/${kind}/payloads/${name}.json`, 'utf8')) as Record<string, any>

/** What a test asks of sources. `get`: the API, which is started after this is made. */
export function sourceCalls(get: () => TestApi) {
  const put = (id: string, body: Record<string, unknown>) => get().call('PUT', `/v1/sources/${id}`, body)
  const putStripe = (rosters: Record<string, string> = { price_1Abc: 'gold', '*': 'bronze' }, secret = SECRET) =>
    put('shop', { kind: 'stripe', secret, rosters })
  /** As the sender posts: no token, raw body, signed. */
  async function post(id: string, payload: unknown, headers?: Record<string, string>) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    return get().app.inject({
      method: 'POST',
      url: `/v1/sources/${id}/receive`,
      payload: text,
      headers: { 'content-type': 'application/json', ...(headers ?? signStripe(SECRET, text, get().deps.clock.now())) },
    })
  }
  const member = async (roster: string, id: string) => {
    const answer = await get().call('GET', `/v1/rosters/${roster}/members/${id}`)
    return answer.statusCode === 200 ? answer.json() : null
  }
  const received = async (id = 'shop') => (await get().call('GET', `/v1/sources/${id}/received`)).json().items
  return { put, putStripe, post, member, received }
}
