import { hashPassword } from '@flightroster/core/testing'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Stack } from './stack.ts'

const PASSWORD = 'correct horse battery staple'

/** For the environment of a stack whose pages somebody reads. */
export const operatorEnv = () => ({ DASHBOARD_USERS: `ann:operator:${hashPassword(PASSWORD)}` })

/** Somebody who reads the pages of a running product as an operator does; each as its text. */
export async function readPages({ api }: Stack): Promise<(path: string) => Promise<string>> {
  const body = new URLSearchParams({ name: 'ann', password: PASSWORD })
  const answer = await fetch(`${api.url}/login`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { origin: api.url },
  })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return async (path) => {
    const page = await fetch(api.url + path, { headers: { cookie } })
    if (page.status !== 200) throw new Error(`${path} answered ${page.status}`)
    return textOf(await page.text())
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** What is read of a page: without what lies in tags. A time is as it is said, with the instant behind it. */
function textOf(page: string): string {
  return page
    .slice(page.indexOf('<main'))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([.,;:])/g, '$1')
}

/** An incoming webhook of Slack: what people were told, the newest last. */
export async function startSlack(): Promise<{ url: string; texts: string[]; close(): void }> {
  const texts: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      texts.push((JSON.parse(text) as { text: string }).text)
      response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/services/T0`, texts, close: () => server.close() }
}
