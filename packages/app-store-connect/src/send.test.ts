import { describe, expect, it } from 'vitest'
import { wasNeverSent } from './send.ts'

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
