import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, PASSWORD } from '../../testing/visitor.ts'
import { costOf, MOST } from '../../testing/watch-loop.ts'

let api: TestApi
let origin: string
let cookie: string

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: undefined })
  await api.addRoster()
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`
  const body = new URLSearchParams({ name: 'ann', password: PASSWORD })
  const answer = await fetch(`${origin}/login`, { method: 'POST', headers: { origin }, body, redirect: 'manual' })
  cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
})
afterAll(() => api.close())

const MB = 1024 * 1024
const LIMIT = 12 * MB - 1_024
const fill = (part: string, bytes = LIMIT) => part.repeat(Math.floor(bytes / Buffer.byteLength(part)))
const head = (more: string) => `--x\r\ncontent-disposition: form-data; ${more}\r\n\r\n`
const one = (more: string, content: string) => `${head(more)}${content}\r\n--x--\r\n`
const field = (content: string) => one('name="text"', content)
const file = (content: string) => one('name="file"; filename="list.csv"', content)

const contents: [string, string][] = [
  ['quotes', fill('"')],
  ['markup', fill('<')],
  ['line ends', fill('\n')],
  ['rows of nothing', fill(',\n')],
  ['separators', fill(',')],
  ['letters, one of them wide', `€${fill('x', LIMIT - 3)}`],
  ['wide letters', fill('é')],
  ['addresses', fill('ann@example.com\n')],
  ['a header and rows', `id,email\n${fill('u-1,ann@example.com\n', LIMIT - 100)}`],
  ['rows, one of them wide', `id,email\n€,\n${fill('u-1,ann@example.com\n', LIMIT - 100)}`],
  ['other boundaries', fill('\r\n--y\r\n')],
]

const bodies: [string, string][] = [
  ['nothing', ''],
  ['no boundary', fill('x')],
  ['boundaries and nothing', fill('--x\r\n')],
  ['parts without a name', fill('--x\r\n\r\n\r\n')],
  ['parts without an end', fill(head('name="text"'))],
  ['many fields', fill(`${head('name="a"')}1\r\n`)],
  ['a part that never ends', `${head('name="text"')}${fill('x')}`],
  ['a head that never ends', `--x\r\n${fill('content-disposition:')}`],
  ['a long head', `--x\r\n${fill('content-disposition: ')}\r\n\r\n\r\n--x--`],
  ['a head of lines', `--x\r\n${fill('content-disposition:\r\n')}\r\n\r\n\r\n--x--`],
  ['a head of gaps', `--x\r\ncontent-disposition:${fill(' ')}\r\n\r\n\r\n--x--`],
  ['a head of parameters', one(fill('; name="a"'), '')],
  ['a head of open names', one(fill('; name='), '')],
  ['a name that never closes', one(`name="${fill('x')}`, '')],
  ['a long name', one(`name="${fill('x')}"`, '')],
  ...contents.flatMap(([name, content]): [string, string][] => [
    [`a field of ${name}`, field(content)],
    [`a file of ${name}`, file(content)],
  ]),
]

describe('a form with a file in it', () => {
  it.each(bodies)('holds nobody up and is answered briefly: %s', async (_name, text) => {
    const body = Buffer.from(text)
    const headers = { origin, cookie, 'content-type': 'multipart/form-data; boundary=x' }
    const { result, cost } = await costOf(async () => {
      const answer = await fetch(`${origin}/console/rosters/gold/upload`, { method: 'POST', headers, body })
      return { status: answer.status, length: (await answer.arrayBuffer()).byteLength }
    })
    expect(result).toMatchObject({ status: expect.toSatisfy((status) => [200, 400, 413, 422].includes(status)) })
    expect(result.length).toBeLessThan(MB)
    expect(cost.heldMs).toBeLessThan(MOST.heldMs)
    expect(cost.mb).toBeLessThan(MOST.mb)
  })

  it('says how much may be pasted', async () => {
    const headers = { origin, cookie, 'content-type': 'multipart/form-data; boundary=x' }
    const send = async (body: string) => {
      const answer = await fetch(`${origin}/console/rosters/gold/upload`, { method: 'POST', headers, body })
      return [answer.status, (await answer.text()).includes('128 KB long; send a longer list as a file')]
    }
    const rows = fill('u-1,ann@example.com\n', 128 * 1024 - 20)
    expect(await send(field(`id,email\n${rows}`))).toEqual([200, false])
    expect(await send(field(`id,email\n${rows}${rows}`))).toEqual([413, true])
    expect(await send(file(`id,email\n${rows}${rows}`))).toEqual([200, false])
  })
})
