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
const sendJudged = (host: string, address: string) => {
  const url = receiver.url.replace('127.0.0.1', host)
  const guard = {
    judge: (text: string) => new URL(text),
    admit: async (text: string) => ({ url: new URL(text), addresses: [{ address, family: 4 as const }] }),
  }
  return sendCallback({ guard, clock: systemClock }, { url, headers: {}, body: '{}' })
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
})
