import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../testing/receiver.ts'
import { systemClock } from '../domain/clock.ts'
import { sendCallback } from './send-callback.ts'

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.close())

/** What was judged for the URL, a moment ago. */
const sendJudged = (host: string, address: string, timeoutMs?: number) => {
  const url = receiver.url.replace('127.0.0.1', host)
  const guard = {
    judge: (text: string) => new URL(text),
    admit: async (text: string) => ({ url: new URL(text), addresses: [{ address, family: 4 as const }] }),
  }
  return sendCallback({ guard, clock: systemClock, timeoutMs }, { url, headers: {}, body: '{}' })
}

describe('a callback', () => {
  it('goes to the address that was judged, though the name has another one by then', async () => {
    // The name is this machine's, where the receiver listens; nobody listens at the address that was judged.
    const { status, answer } = await sendJudged('localhost', '127.0.0.2')
    expect([status, answer]).toEqual([null, 'The connection was refused.'])
    expect(receiver.received).toEqual([])
    expect((await sendJudged('hook.example', '127.0.0.1')).status).toBe(204)
    expect(receiver.received.splice(0)).toHaveLength(1)
  })

  it('is not sent over a connection that went elsewhere all the same', async () => {
    // A literal is asked of nobody.
    const { status, answer } = await sendJudged('127.0.0.1', '127.0.0.2')
    expect([status, answer]).toEqual([null, 'The connection went to another address than the one that was judged.'])
    expect(receiver.received).toEqual([])
  })

  it('is told the beginning of an answer as it came: what is packed is not unpacked', async () => {
    // Ten megabytes, in ten kilobytes.
    const packed = gzipSync(Buffer.alloc(10 * 1_024 * 1_024))
    receiver.answer = (_callback, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed)
    }
    const { status, answer } = await sendJudged('hook.example', '127.0.0.1')
    expect([status, Buffer.from(answer).length]).toEqual([
      200,
      Buffer.from(new TextDecoder().decode(packed.subarray(0, 1_024))).length,
    ])
  })

  it.each([
    [
      'a head of a megabyte',
      (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_024 * 1_024)}\r\n\r\n`),
    ],
    ['ten thousand headers', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x-y: z\r\n'.repeat(10_000)}\r\n`)],
    ['no HTTP', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')],
    ['two answers at once', (socket: Socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 No\r\n\r\n')],
    [
      'a body longer than it says',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxxxx'),
    ],
    [
      'a change of protocol',
      (socket: Socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'),
    ],
    [
      'news before the answer, without end',
      (socket: Socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000)),
    ],
  ])('is over soon, whatever is answered: %s', async (_name, write) => {
    receiver.answer = (_callback, response) => void (response.socket && write(response.socket))
    const { status, answer } = await sendJudged('hook.example', '127.0.0.1', 500)
    expect([null, 200, 204]).toContain(status)
    expect(answer.length).toBeLessThanOrEqual(1_024)
  })
})
