import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sourceBody } from '../routes/sources/schema.ts'
import { readShape } from './read-shape.ts'

const said = (schema: z.ZodType, value: unknown) =>
  (readShape(schema, value).error?.issues ?? []).map(({ message }) => message)

describe('what is wrong with a value is said in our words', () => {
  it.each([
    ['wrong', 'Allowed are: pending, failed.', z.enum(['pending', 'failed'])],
    [undefined, 'This is required. Allowed are: pending, failed.', z.enum(['pending', 'failed'])],
    ['2.0', 'This must be 1.0.', z.literal('1.0')],
    [2, 'Allowed are: 1, null.', z.literal([1, null])],
    [7, 'This must be text, not a number.', z.string()],
    [undefined, 'This is required.', z.string()],
    ['many', 'This must be a number, not text.', z.number()],
    [1.5, 'This must be a whole number.', z.number().int()],
    [null, 'This must be true or false, not null.', z.boolean()],
    [{}, 'This must be a list, not an object.', z.array(z.string())],
    [[], 'This must be an object, not a list.', z.strictObject({})],
    [true, 'This must be an object, not true or false.', z.record(z.string(), z.string())],
    ['', 'This must not be empty.', z.string().min(1)],
    ['a', 'This must have at least 3 characters.', z.string().min(3)],
    ['abc', 'This must have at most 2 characters.', z.string().max(2)],
    [[], 'This must have at least one item.', z.array(z.string()).min(1)],
    [['a', 'b'], 'This must have at most one item.', z.array(z.string()).max(1)],
    [20_000, 'This must be at most 10,080.', z.number().max(10_080)],
    [-1, 'This must be at least 0.', z.number().min(0)],
    [0, 'This must be more than 0.', z.number().gt(0)],
    [0, 'This must be less than 0.', z.number().lt(0)],
    [3, 'This must be a multiple of 5.', z.number().multipleOf(5)],
    ['b', 'This is not written as it has to be.', z.string().regex(/^a$/)],
    ['b', 'This is not allowed.', z.string().refine((text) => text === 'a')],
    ['b', 'Write an a.', z.string().regex(/^a$/, 'Write an a.')],
    [true, 'This has none of the forms that are allowed.', z.union([z.string(), z.number()])],
    [{ kind: 'paypal' }, 'Allowed are: stripe, patreon, ghost, generic.', sourceBody],
  ] as const)('says of %j: %s', (value, message, schema: z.ZodType) => {
    expect(said(schema, value)).toEqual([message])
  })
})
