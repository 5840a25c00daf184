import { eventually, timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

const LOOK_MS = 60_000

let api: TestApi
let port: number
const open: Socket[] = []
/** Connections as the server has them. */
const served: Socket[] = []

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  api = await serveApi()
  api.app.server.on('connection', (socket) => served.push(socket))
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})
afterAll(async () => {
  await api.close()
  vi.useRealTimers()
})

/** Asks for more than the machine keeps by itself for whoever does not read, and does not read. */
async function askAndNotRead(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  open.push(socket)
  await once(socket, 'connect')
  socket.pause()
  socket.write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(60))
  return socket
}

const connections = () =>
  new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)))

describe('an answer that nobody takes', () => {
  it('ends its connection, and one that is taken slowly does not', async () => {
    await askAndNotRead()
    const slow = await askAndNotRead()
    const server = served.find(({ remotePort }) => remotePort === slow.localPort)!
    const taken = () => server.bytesWritten - server.writableLength
    await timePasses(500)
    for (let look = 0; look < 4; look++) {
      const before = taken()
      // No more than the server sees: what the machine keeps in between is some megabytes, and all answers are thirty.
      const take = () => taken() > before && slow.pause()
      slow.on('data', take).resume()
      await eventually(() => expect(taken()).toBeGreaterThan(before))
      slow.off('data', take).pause()
      vi.advanceTimersByTime(LOOK_MS)
    }
    await eventually(async () => expect(await connections()).toBe(1))
  })

  it('leaves connections that wait for a request, or are busy with one, to their own limits', async () => {
    const idle = connect(port, '127.0.0.1')
    open.push(idle)
    await once(idle, 'connect')
    idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(idle, 'data')
    for (let look = 0; look < 3; look++) vi.advanceTimersByTime(LOOK_MS)
    await timePasses(100)
    idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(String((await once(idle, 'data'))[0])).toContain('200 OK')
  })
})
