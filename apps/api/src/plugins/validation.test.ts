import { isAppError } from '@flightroster/core/errors'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readShape } from '../schemas/read-shape.ts'
import { rosterBody } from '../routes/rosters/schema.ts'
import { FAULTS_TOLD, type Fault } from './to-problem.ts'
import { compileValidator, faultsOf } from './validation.ts'

const LONGEST = 200

function faultsIn(schema: z.ZodType, data: unknown): Fault[] {
  const check = compileValidator({ schema, method: 'POST', url: '/', httpPart: 'body' })
  const { error } = check(data) as { error?: unknown }
  return isAppError(error, 'request_invalid') ? (error.details['errors'] as Fault[]) : expect.fail('it was taken')
}

/** Before they are cut to what is told. */
const madeIn = (schema: z.ZodType, data: unknown): Fault[] =>
  faultsOf(readShape(schema, data).error ?? expect.fail('it was taken'))

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

  it.each([
    ['wrong values', z.array(z.number()), many(5_000, () => 'x')],
    ['unknown fields', z.strictObject({}), Object.fromEntries(many(5_000, (at) => [`k${at}`, 0]))],
    ['items of none of two kinds', z.array(z.union([person, z.number()])), many(5_000, () => 'x')],
    [
      'one of two kinds, with many faults',
      z.union([z.array(z.number()), z.array(z.boolean())]),
      many(5_000, () => 'x'),
    ],
    [
      'unknown fields of one of two kinds',
      z.union([person, z.strictObject({ id: z.number() })]),
      {
        id: 'u',
        ...Object.fromEntries(many(5_000, (at) => [`k${at}`, 0])),
      },
    ],
    [
      'several kinds',
      z.strictObject({ list: z.array(z.union([person, z.number()])), more: z.number() }),
      {
        list: many(60, () => 'x'),
        ...Object.fromEntries(many(90, (at) => [`k${at}`, 0])),
      },
    ],
  ])('are a hundred at most, and no more are made: %s', (_name, schema, data) => {
    expect(faultsIn(schema, data)).toHaveLength(FAULTS_TOLD)
    expect(madeIn(schema, data)).toHaveLength(FAULTS_TOLD)
  })

  it('cost no more than what is told of them, however long names are', () => {
    const long = '~'.repeat(1024 * 1024)
    const nested = z.record(z.string(), z.record(z.string(), z.array(z.number())))
    const wrong = { [long]: { [long]: many(5_000, () => 'x') } }
    const faults = faultsIn(nested, wrong)
    expect(faults).toHaveLength(FAULTS_TOLD)
    expect(Math.max(...faults.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(LONGEST)
    // Of each name so much as may be told, before anything is written out or put together.
    expect(Math.max(...madeIn(nested, wrong).map(({ pointer }) => pointer.length))).toBeLessThan(5 * LONGEST)
    expect(JSON.stringify(faultsIn(z.strictObject({}), { [long]: 1 })).length).toBeLessThan(1_000)
  })

  it('are those of the kind that fits best, where it may be one of several', () => {
    const either = z.union([person, z.strictObject({ a: z.string(), b: z.string() })])
    expect(faultsIn(either, { id: 1 })).toMatchObject([{ pointer: '/id', code: 'invalid_type' }])
  })
})
