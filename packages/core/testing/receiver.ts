import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedCallback {
  /** Wall clock, ms. */
  at: number
  id: string
  headers: IncomingHttpHeaders
  text: string
  body: { type: string; data: Record<string, any> }
}

export type Answer = (callback: ReceivedCallback, response: ServerResponse) => void

export interface Receiver {
  url: string
  received: ReceivedCallback[]
  /** How it answers from now on. */
  answer: Answer
  close(): Promise<void>
}

export const answerWith =
  (status: number, body = ''): Answer =>
  (_callback, response) =>
    void response.writeHead(status).end(body)

/** An endpoint for callbacks on a free port of this machine; answers 204 unless told otherwise. */
export async function startReceiver(answer: Answer = answerWith(204)): Promise<Receiver> {
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => {})
    const body = await text(request)
    const id = String(request.headers['webhook-id'])
    const callback = { at: Date.now(), id, headers: request.headers, text: body, body: JSON.parse(body) }
    receiver.received.push(callback)
    receiver.answer(callback, response)
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer,
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.resolve()
    },
  }
  return receiver
}
