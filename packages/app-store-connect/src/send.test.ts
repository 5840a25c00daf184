import type { Dispatcher, Pool } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { send, wasNeverSent } from './send.ts'
import { systemClock } from './surroundings.ts'

describe('a request that was given up before there was a connection', () => {
  it('ends at once, and is not sent once there is one', async () => {
    let handler: Dispatcher.DispatchHandler | undefined
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is asked of a pool
    const pool = {
      dispatch: (_options: unknown, given: Dispatcher.DispatchHandler) => void (handler = given),
    } as unknown as Pool
    const caller = new AbortController()
    const limits = { timeoutMs: 60_000, maxBodyBytes: 1_000 }
    const deps = { pool: async () => pool, clock: systemClock, limits, signal: caller.signal }
    const sending = send(deps, { method: 'POST', target: '/v1/betaTesters', headers: {} })
    await vi.waitFor(() => expect(handler).toBeDefined())
    caller.abort('the lease is lost')
    expect(await sending).toMatchObject({ status: null, fault: { kind: 'aborted', reason: 'the lease is lost' } })
    const abort = vi.fn<(reason: Error) => void>()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is asked of a controller
    handler?.onRequestStart?.({ abort } as unknown as Dispatcher.DispatchController, {})
    expect(abort).toHaveBeenCalledOnce()
  })
})

const fault = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall })

describe('wasNeverSent', () => {
  it.each<[string, unknown, boolean]>([
    ['a refused connection', fault('ECONNREFUSED', 'connect'), true],
    ['a network without a way there', fault('ENETUNREACH', 'connect'), true],
    ['a connection that did not come about in time', fault('UND_ERR_CONNECT_TIMEOUT'), true],
    ['a name that does not resolve', fault('ENOTFOUND', 'getaddrinfo'), true],
    ['a resolver that is down', fault('EAI_AGAIN', 'getaddrinfo'), true],
    ['a client that is closed', fault('UND_ERR_CLOSED'), true],
    ['every address refusing', new AggregateError([fault('ECONNREFUSED'), fault('ETIMEDOUT', 'connect')]), true],
    [
      'one address of several that broke later',
      new AggregateError([fault('ECONNREFUSED'), fault('ECONNRESET')]),
      false,
    ],
    ['a connection that was reset', fault('ECONNRESET', 'read'), false],
    ['a socket that the other side closed', fault('UND_ERR_SOCKET'), false],
    ['a failure to write', fault('EPIPE', 'write'), false],
    ['an error without a code', new Error('x'), false],
    ['something that is no error', 'x', false],
  ])('%s: %s', (_name, error, expected) => {
    expect(wasNeverSent(error)).toBe(expected)
  })
})
