import type { FastifySerializerCompiler } from 'fastify'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { toJson } from './half-letters.ts'

/** Answers are built from explicit views, so they are not checked again: a batch of 1,000 results would pay for it. */
export const compileSerializer: FastifySerializerCompiler<z.ZodType> = () => toJson

/** For tests: an answer with a field too many or too few, or of another type, is a fault. */
export const compileVerifyingSerializer: FastifySerializerCompiler<z.ZodType> =
  ({ schema, url, method }) =>
  (data) => {
    const text = toJson(data)
    const sent: unknown = JSON.parse(text)
    const parsed = schema.safeParse(sent)
    if (!parsed.success)
      throw new Error(`${method} ${url} answers what its schema does not allow: ${parsed.error.message}`)
    if (!isDeepStrictEqual(parsed.data, sent))
      throw new Error(`${method} ${url} answers fields that its schema does not name`)
    return text
  }
