import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { NO_FORM, readShape, REQUIRED } from '../schemas/read-shape.ts'
import { FAULTS_TOLD, requestInvalid, type Fault } from './to-problem.ts'

type Issue = z.core.$ZodIssue

const PLACES: Record<string, string> = { body: '', querystring: '/query', params: '/path', headers: '/headers' }

/** Every fault of one part of a request at once. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const place = PLACES[httpPart ?? 'body'] ?? ''
  return (data) => {
    const result = readShape(schema, data)
    if (result.success) return { value: result.data }
    return { error: requestInvalid(faultsOf(result.error, place)) }
  }
}

/** As many as are told: a body may have as many as it has characters, so none is made that nobody reads. */
export function faultsOf(error: z.ZodError, place = ''): Fault[] {
  const faults: Fault[] = []
  for (const issue of error.issues) {
    for (const fault of toFaults(issue, place)) {
      if (faults.length === FAULTS_TOLD) return faults
      faults.push(fault)
    }
  }
  return faults
}

function* toFaults(issue: Issue, place: string): Generator<Fault, void> {
  const pointer = place + toPointer(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const detail = place === '/query' ? 'There is no such query parameter.' : 'There is no such field.'
    for (const key of issue.keys) yield { pointer: pointer + toPointer([key]), code: 'unknown_field', detail }
    return
  }
  if (issue.code === 'invalid_union') {
    const told = bestArm(issue)
    for (const inner of told) yield* toFaults({ ...inner, path: [...issue.path, ...inner.path] }, place)
    if (told.length > 0) return
  }
  yield { pointer, code: issue.message === REQUIRED ? 'required' : issue.code, detail: issue.message }
}

/** The arm that fits best says most; none where the shape's own words do. */
function bestArm({ errors, message }: Extract<Issue, { code: 'invalid_union' }>): Issue[] {
  const [best = []] = [...errors].sort((a, b) => a.length - b.length)
  // A field of another arm is one that there is: the shape's own words say how to choose.
  const isOfAnother = message !== NO_FORM && best.some(({ code }) => code === 'unrecognized_keys')
  return isOfAnother ? [] : best
}

/** A pointer is cut at 200 characters in the end; a key of a megabyte is not to be copied a hundred times before. */
const LONGEST_KEY = 200

function toPointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).slice(0, LONGEST_KEY).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}
