// The script one finds in many repositories, on the public client: look the person up, then create or add; look up, then remove.
import { api } from 'node-app-store-connect-api'
import type { AppleKey } from '../support/apple.ts'

export interface LookUpScript {
  addAll(emails: readonly string[]): Promise<void>
  removeAll(emails: readonly string[]): Promise<void>
}

/** People at once: the machine's time is not what is measured. */
const AT_ONCE = 4

export async function createLookUpScript(urlBase: string, key: AppleKey): Promise<LookUpScript> {
  const { issuerId, keyId: apiKey, privateKey } = key
  const client = await api({ issuerId, apiKey, privateKey, urlBase, fetch: fetchLikeApple })
  const members = `v1/betaGroups/${key.group}/relationships/betaTesters`

  const find = async (email: string) => {
    const query = new URLSearchParams({ 'filter[apps]': key.app, 'filter[email]': email })
    const { data } = await client.readAll(`v1/betaTesters?${query.toString()}`)
    return data[0]
  }
  const relate = async (method: 'POST' | 'DELETE', id: string) => {
    const body = JSON.stringify({ data: [{ type: 'betaTesters', id }] })
    const response = await client.fetch(members, { method, body, headers: { 'content-type': 'application/json' } })
    if (!response.ok) throw new Error(`${method} ${members} answered ${response.status}`)
  }
  const add = async (email: string) => {
    const tester = await find(email)
    if (tester) return relate('POST', tester.id)
    const group = { type: 'betaGroups', id: key.group }
    await client.create({
      type: 'betaTesters',
      attributes: { email, firstName: 'Ann', lastName: 'Lee' },
      relationships: { betaGroups: [group] },
    })
  }
  const remove = async (email: string) => {
    const tester = await find(email)
    if (tester) await relate('DELETE', tester.id)
  }
  return {
    addAll: (emails) => each(emails, add),
    removeAll: (emails) => each(emails, remove),
  }
}

/** The client takes an answer for JSON only where no charset is named beside, as Apple has it. */
async function fetchLikeApple(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options)
  const type = response.headers.get('content-type')?.split(';', 1)[0]
  const { status } = response
  const body = status === 204 ? null : await response.text()
  return new Response(body, { status, headers: type ? { 'content-type': type } : {} })
}

async function each(emails: readonly string[], work: (email: string) => Promise<void>): Promise<void> {
  let next = 0
  const go = async () => {
    while (next < emails.length) await work(emails[next++] ?? '')
  }
  await Promise.all(Array.from({ length: AT_ONCE }, go))
}
