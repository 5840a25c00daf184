import { isAppError } from '@flightroster/core/errors'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { rosterBody } from '../routes/rosters/schema.ts'
import { FAULTS_TOLD, type Fault } from './to-problem.ts'
import { compileValidator } from './validation.ts'

const LONGEST = 200

function faultsIn(schema: z.ZodType, data: unknown): Fault[] {
  const check = compileValidator({ schema, method: 'POST', url: '/', httpPart: 'body' })
  const { error } = check(data) as { error?: unknown }
  return isAppError(error, 'request_invalid') ? (error.details['errors'] as Fault[]) : expect.fail('it was taken')
}

const many = <T>(count: number, of: (at: number) => T) => Array.from({ length: count }, (_, at) => of(at))

it.each([
  [{ id: '1', bundleId: 'com.acme.app' }, '/app', 'Name the app by "bundleId" or by "id", and by nothing else.'],
  [{ bundelId: 'com.acme.app' }, '/app', 'Name the app by "bundleId" or by "id", and by nothing else.'],
  [{ bundleId: '' }, '/app/bundleId', 'This must not be empty.'],
])('an app that is named as %j is told how', (app, pointer, detail) => {
  const faults = faultsIn(rosterBody, { teamKey: 'acme', app, group: { id: 'g' } })
  expect(faults.map((fault) => [fault.pointer, fault.detail])).toEqual([[pointer, detail]])
})

describe('the faults of one body', () => {
  const person = z.strictObject({ id: z.string() })

  it('are a hundred at most, of whatever kinds', () => {
    const body = z.strictObject({ list: z.array(z.union([person, z.number()])), more: z.number() })
    const wrong = { list: many(60, () => 'x'), ...Object.fromEntries(many(90, (at) => [`k${at}`, 0])) }
    expect(faultsIn(body, wrong)).toHaveLength(FAULTS_TOLD)
    expect(
      faultsIn(
        z.array(z.number()),
        many(5_000, () => 'x'),
      ),
    ).toHaveLength(FAULTS_TOLD)
    expect(faultsIn(z.strictObject({}), Object.fromEntries(many(5_000, (at) => [`k${at}`, 0])))).toHaveLength(
      FAULTS_TOLD,
    )
  })

  it('cost no more than what is told of them, however long names are', () => {
    const long = 'k'.repeat(1024 * 1024)
    const nested = z.record(z.string(), z.record(z.string(), z.array(z.number())))
    const faults = faultsIn(nested, { [long]: { [long]: many(5_000, () => 'x') } })
    expect(faults).toHaveLength(FAULTS_TOLD)
    expect(Math.max(...faults.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(LONGEST)
    expect(JSON.stringify(faultsIn(z.strictObject({}), { [long]: 1 })).length).toBeLessThan(1_000)
  })
})
