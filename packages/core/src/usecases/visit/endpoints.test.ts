import { expect, it } from 'vitest'
import { createSettableClock } from '@flightroster/core/testing'
import { AppError } from '../../errors.ts'
import { createLog } from '../../log.ts'
import { openEndpoints, type EndpointStates } from './endpoints.ts'

const INVITE = 'POST /v1/betaTesterInvitations'
const error = new AppError('call_forbidden')

function open(states: EndpointStates = {}) {
  const clock = createSettableClock()
  const log = createLog({ level: 'silent', name: 'test' })
  const endpoints = openEndpoints(states, { clock, log, teamKey: 'acme' })
  const answers = (path: string, code: 'apple_refused' | null, method = 'POST') =>
    endpoints.note({ method, path, code, status: 200 } as Parameters<typeof endpoints.note>[0])
  return { clock, endpoints, answers }
}

it('stays open for a few refusals, which may be about one member, and closes after more in a row', () => {
  const { endpoints, clock } = open()
  for (let at = 0; at < 8; at++) endpoints.refused(INVITE, error)
  expect(endpoints.opensAt(INVITE)).toBe(0)
  endpoints.refused(INVITE, error)
  expect(endpoints.opensAt(INVITE)).toBe(clock.now() + 4_000)
})

it('lets one go first after a pause, and waits as long again as it has refused already, a minute at most', () => {
  const { endpoints, clock } = open()
  for (let at = 0; at < 9; at++) endpoints.refused(INVITE, error)
  clock.advance(4_000)
  expect(endpoints.opensAt(INVITE)).toBe(0)
  expect(endpoints.opensAt(INVITE)).toBeGreaterThan(clock.now())
  clock.advance(26_000)
  endpoints.refused(INVITE, error)
  expect(endpoints.againAt(INVITE)).toBe(clock.now() + 30_000)
  clock.advance(3_600_000)
  endpoints.refused(INVITE, error)
  expect(endpoints.againAt(INVITE)).toBe(clock.now() + 60_000)
})

it('is opened by a success of its own, not by one of another endpoint', () => {
  const { endpoints, answers } = open()
  for (let at = 0; at < 9; at++) {
    endpoints.refused(INVITE, error)
    endpoints.refused('POST /v1/betaTesters', error)
  }
  answers('/v1/betaTesters', null)
  expect(endpoints.opensAt('POST /v1/betaTesters')).toBe(0)
  expect(endpoints.opensAt(INVITE)).toBeGreaterThan(0)
  answers('/v1/betaTesterInvitations', 'apple_refused')
  expect(endpoints.opensAt(INVITE)).toBe(0)
})

it('is not opened by a read that is refused', () => {
  const { endpoints, answers } = open()
  const reads = 'GET /v1/betaTesters'
  for (let at = 0; at < 9; at++) endpoints.refused(reads, error)
  answers('/v1/betaTesters', 'apple_refused', 'GET')
  expect(endpoints.opensAt(reads)).toBeGreaterThan(0)
})

it('is remembered from visit to visit', () => {
  const first = open()
  for (let at = 0; at < 9; at++) first.endpoints.refused(INVITE, error)
  const { endpoints } = open(first.endpoints.learnt().endpoints)
  expect(endpoints.opensAt(INVITE)).toBeGreaterThan(0)
  expect(endpoints.learnt()).toEqual({})
})
