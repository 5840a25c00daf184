import { timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

let api: TestApi
let port: number
/** Connections as the server has them. */
const served: Socket[] = []

beforeAll(async () => {
  // A long time limit for the store, so that a slow machine alone answers nothing with 503.
  api = await serveApi({}, undefined, 60_000)
  await api.addRoster()
  await api.addRoster({ id: 'other', teamKey: 'other', group: { id: 'group-other', name: 'other' } })
  api.app.server.on('connection', (socket) => served.push(socket))
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

interface Operation {
  requestBody?: { content: object }
}

/** A connection over which a request is on its way; `answer` resolves with the status. */
async function send(head: string, body: Buffer, to = port) {
  const socket = connect(to, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  const lines = [head, 'host: localhost', 'content-type: application/json', `content-length: ${body.length}`]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(body)
  return { socket, answer: () => answerOf(socket) }
}

/** As callers do: again, for as long as the store is too busy. Resolves with the status that is none of these. */
async function sendUntilTaken(head: string, body: Buffer): Promise<string> {
  for (;;) {
    const { socket, answer } = await send(head, body)
    const status = await answer()
    socket.destroy()
    if (status !== '503') return status
  }
}

/** In a thread of its own, so that there is always more than is taken: answered, they send on without end. */
async function startSenders(count: number): Promise<Worker> {
  const code = `
    const { connect } = require('node:net')
    const { parentPort, workerData } = require('node:worker_threads')
    const piece = Buffer.alloc(1024 * 1024, '[')
    let answered = 0
    for (let at = 0; at < workerData.count; at++) {
      const socket = connect(workerData.port, '127.0.0.1')
      const pump = () => { while (!socket.destroyed && socket.write(piece)); }
      socket.on('error', () => {}).on('drain', pump)
      socket.once('data', (head) => {
        if (/^HTTP.1.1 404/.test(head) && ++answered === workerData.count) parentPort.postMessage('answered')
      })
      socket.write('POST /none HTTP/1.1\\r\\nhost: localhost\\r\\ncontent-length: 4000000000\\r\\n\\r\\n')
      pump()
    }`
  const senders = new Worker(code, { eval: true, workerData: { count, port } })
  await once(senders, 'message')
  return senders
}

async function answerOf(socket: Socket): Promise<string> {
  let text = ''
  for (;;) {
    const status = /^HTTP\/1\.1 (\d+)[\s\S]*\r\n\r\n/.exec(text)?.[1]
    if (status) return status
    text += String((await once(socket, 'data'))[0])
  }
}

const tokenOf = async (name: string, roster: string) => {
  const made = await api.call('POST', '/v1/tokens', { name, scopes: ['events:write'], rosters: [roster] })
  return `authorization: Bearer ${made.json().token}`
}

describe('what is refused before it is read', () => {
  const MB = 1024 * 1024
  it('is thrown away at leisure, of all connections together', async () => {
    const senders = await startSenders(8)
    const readSoFar = () => served.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
    let most = 0
    for (let [turns, before] = [0, readSoFar()]; turns < 200;) {
      await turnOfLoop()
      const read = readSoFar() - before
      before += read
      most = Math.max(most, read)
      if (read > 0) turns++
    }
    expect(most).toBeGreaterThan(0)
    // Of one connection, 64 KB and what is in a buffer or two; all eight in one turn would be twice as much as this.
    expect(most).toBeLessThanOrEqual(MB / 2)
    await senders.terminate()
  })

  it('leaves its connection as good as before, once all of it has come', async () => {
    const { socket, answer } = await send('POST /none HTTP/1.1', Buffer.alloc(2 * MB, '['))
    expect(await answer()).toBe('404')
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
    expect(await answer()).toBe('200')
    socket.destroy()
  })

  it('is JSON over a bound at every place that reads it, of which no more is read than it takes to see that', async () => {
    const operations = Object.entries<Record<string, Operation>>((await api.app.inject('/openapi.json')).json().paths)
    const places = operations.flatMap(([path, of]) =>
      Object.entries(of).flatMap(([method, { requestBody }]) => {
        const type = Object.keys(requestBody?.content ?? {}).find((one) => /^application\/(scim\+)?json$/.test(one))
        // A list is read while it comes in, by its rows; what others sent is taken as it is.
        return type && !/\/(?:receive|try|members)$|apple-webhooks/.test(path)
          ? [{ method: method.toUpperCase(), path, type }]
          : []
      }),
    )
    expect(places.length).toBeGreaterThan(15)
    const admin = `authorization: Bearer ${api.deps.adminToken}`
    for (const { method, path, type } of places) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      const head = `${method} ${path.replaceAll(/\{[^}]+\}/g, 'gold')} HTTP/1.1`
      socket.write(`${head}\r\nhost: x\r\n${admin}\r\ncontent-type: ${type}\r\ncontent-length: 200000\r\n\r\n`)
      // The rest never comes.
      socket.write('['.repeat(100))
      expect({ head, status: await answerOf(socket) }).toEqual({ head, status: '400' })
      socket.destroy()
    }
  })

  it('is told to one sender one after the other', async () => {
    // Nobody was told anything there before.
    const fresh = await serveApi()
    await fresh.app.listen({ port: 0, host: '127.0.0.1' })
    const own = (fresh.app.server.address() as AddressInfo).port
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    try {
      const sent = await Promise.all(
        Array.from({ length: 3 }, () => send('POST /none HTTP/1.1', Buffer.alloc(MB / 4, '['), own)),
      )
      const told: string[] = []
      for (const { answer } of sent) void answer().then((status) => told.push(status))
      const counts: number[] = []
      // All have come long before the last round.
      for (let round = 0; round < 40 && told.length < sent.length; round++) {
        for (let turns = 0; turns < 200; turns++) await turnOfLoop()
        counts.push(told.length - counts.reduce((sum, count) => sum + count, 0))
        vi.advanceTimersByTime(50)
      }
      expect(told).toEqual(['404', '404', '404'])
      expect(Math.max(...counts)).toBe(1)
      for (const { socket } of sent) socket.destroy()
    } finally {
      vi.useRealTimers()
      await fresh.close()
    }
  })

  it('is not waited for without end', async () => {
    const sent = await send('POST /none HTTP/1.1', Buffer.alloc(10))
    const slow = connect(port, '127.0.0.1')
    await once(slow, 'connect')
    slow.write('POST /none HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000000\r\n\r\n[')
    expect(await answerOf(slow)).toBe('404')
    slow.resume()
    await once(slow, 'close')
    sent.socket.destroy()
  })
})

describe('an event of another caller', () => {
  /** Bodies that cost much to read, and in which nothing can be used. */
  const dear = (name: string) => {
    const event = (at: number) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id: `${name}-${at}-${'i'.repeat(3_000)}` } },
    })
    return Buffer.from(JSON.stringify(Array.from({ length: 1_000 }, (_, at) => event(at))))
  }
  const event = (id: string) =>
    Buffer.from(JSON.stringify({ type: 'member.joined', data: { roster: 'other', member: { id } } }))

  it('is answered before most of the twenty dear batches that came first', async () => {
    const [many, one] = [await tokenOf('many', 'gold'), await tokenOf('one', 'other')]
    const answered: string[] = []
    const batches = await Promise.all(
      Array.from({ length: 20 }, (_, at) => send(`POST /v1/events HTTP/1.1\r\n${many}`, dear(`b${at}`))),
    )
    const answers = batches.map(async ({ answer }) => answered.push(await answer()))
    await timePasses(5)
    answered.push(`mine ${await sendUntilTaken(`POST /v1/events HTTP/1.1\r\n${one}`, event('first'))}`)
    await Promise.all(answers)
    expect(answered.slice(0, 5)).toContain('mine 202')
    // On a machine that is very busy some are told to come again.
    expect(answered.length).toBe(21)
    expect(answered).toContain('422')
    for (const { socket } of batches) socket.destroy()
  })

  it.each(['/openapi.json', 'the script of /docs'])(
    'is answered before most of forty who need no token have %s',
    async (what) => {
      const script = /src="([^"]+)"/.exec((await api.app.inject('/docs')).body)?.[1] ?? ''
      const url = what === '/openapi.json' ? what : script
      const one = await tokenOf(`beside ${url}`, 'other')
      const answered: (number | string)[] = []
      const readers = Array.from({ length: 40 }, async () => answered.push((await api.app.inject(url)).statusCode))
      const authorization = one.replace('authorization: ', '')
      const join = { type: 'member.joined', data: { roster: 'other', member: { id: url } } }
      const { statusCode } = await api.call('POST', '/v1/events', join, { authorization })
      answered.push(`mine ${statusCode}`)
      await Promise.all(readers)
      expect(answered.slice(0, 20)).toContain('mine 202')
      expect(answered.filter((status) => status === 200)).toHaveLength(40)
    },
  )

  it('goes between the metrics that forty ask for, who need no token: they leave one a turn', async () => {
    const turn = vi.spyOn(api.app.leisure, 'turn')
    const readers = await Promise.all(Array.from({ length: 40 }, () => api.app.inject('/metrics')))
    expect(readers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(40)
    expect(turn).toHaveBeenCalledTimes(40)
    turn.mockRestore()
  })

  it('is recorded before most of the twenty batches that came first, though nothing is wrong with them', async () => {
    const [many, one] = [await tokenOf('many batches', 'gold'), await tokenOf('one event', 'other')]
    const batch = (name: string) =>
      Array.from({ length: 1_000 }, (_, at) => ({
        type: 'member.joined',
        data: { roster: 'gold', member: { id: `${name}-${at}`, email: `${name}-${at}@example.com` } },
      }))
    // So that both team keys are known to record.
    const before = await send(`POST /v1/events HTTP/1.1\r\n${one}`, event('before'))
    await before.answer()
    const answered: string[] = []
    const batches = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        send(`POST /v1/events HTTP/1.1\r\n${many}`, Buffer.from(JSON.stringify(batch(`b${at}`)))),
      ),
    )
    const answers = batches.map(async ({ answer }) => answered.push(await answer()))
    await timePasses(5)
    answered.push(`mine ${await sendUntilTaken(`POST /v1/events HTTP/1.1\r\n${one}`, event('second'))}`)
    await Promise.all(answers)
    expect(answered.slice(0, 8)).toContain('mine 202')
    expect(answered.length).toBe(21)
    expect(answered).toContain('202')
    for (const { socket } of [...batches, before]) socket.destroy()
  })
})
