import { Ajv, type ErrorObject } from 'ajv'
import schema from './flightroster.schema.json' with { type: 'json' }

/** A fault of a document, by the path of what is wrong. `isKey`: the name of the field itself is. */
export interface FieldFault {
  path: (string | number)[]
  isKey: boolean
  detail: string
}

type Shape = { properties?: Record<string, unknown>; required?: string[] }

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true })
ajv.addSchema(schema, 'file')

/** Checks one document against its kind, and fills in the defaults of the API. */
export function checkFields(fields: Record<string, unknown>): FieldFault[] {
  const validate = ajv.getSchema(`file#/definitions/${definitionOf(fields)}`) ?? ajv.getSchema('file')
  if (!validate) throw new Error('The schema of files is not there.')
  if (validate(fields)) return []
  return tellable(validate.errors ?? []).map(toFault)
}

/** The narrowest shape that is meant, so that faults speak of it and not of every other one. */
function definitionOf({ kind, sourceKind }: Record<string, unknown>): string {
  const names = [`${String(kind)}-${String(sourceKind)}`, String(kind)]
  return names.find((name) => Object.hasOwn(schema.definitions, name) && name !== 'secret' && name !== 'id') ?? ''
}

/** Of a choice one fault, not those of every branch; and `if` says nothing that `then` doesn't. */
function tellable(errors: ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  return errors.filter(
    (error) =>
      error.keyword !== 'if' &&
      !choices.some((choice) => choice !== error && error.schemaPath.startsWith(branchPath(choice))) &&
      !choices.some(
        (choice) => choice !== error && error.instancePath.startsWith(choice.instancePath) && isBelow(error, choice),
      ),
  )
}

const branchPath = ({ schemaPath }: ErrorObject) => `${schemaPath}/`
/** A branch behind a $ref has a schemaPath of its own; where it looks is the same. */
const isBelow = (error: ErrorObject, choice: ErrorObject) =>
  error.keyword !== 'anyOf' && error.keyword !== 'oneOf' && choice.instancePath !== ''

function toFault(error: ErrorObject): FieldFault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const name = path.at(-1) ?? ''
  switch (error.keyword) {
    case 'additionalProperties': {
      const field = String(error.params['additionalProperty'])
      const known = Object.keys((error.parentSchema as Shape | undefined)?.properties ?? {})
      const near = nearest(field, known)
      return {
        path: [...path, field],
        isKey: true,
        detail: `There is no field "${field}" here${near ? `; is it "${near}"?` : '.'}`,
      }
    }
    case 'required':
      return { path, isKey: false, detail: `"${String(error.params['missingProperty'])}" is missing.` }
    case 'enum':
      return {
        path,
        isKey: false,
        detail: `"${name}" is one of ${(error.params['allowedValues'] as unknown[]).join(', ')}.`,
      }
    case 'type': {
      const quote = error.params['type'] === 'string' && typeof error.data === 'number' ? '; put it into quotes' : ''
      return { path, isKey: false, detail: `"${name}" must be ${wordFor(error.params['type'])}${quote}.` }
    }
    case 'anyOf':
    case 'oneOf':
      return { path, isKey: false, detail: `"${name}" must be ${alternatives(error.schema as unknown[])}.` }
    default:
      return { path, isKey: false, detail: `"${name}" ${error.message ?? 'is not understood'}.` }
  }
}

const wordFor = (type: unknown) =>
  Array.isArray(type) ? type.join(' or ') : `${/^[aeio]/.test(String(type)) ? 'an' : 'a'} ${String(type)}`

function alternatives(branches: unknown[]): string {
  const words = (branches as (Shape & { type?: string })[]).map(({ required, type }) =>
    required ? `{ ${required.join(', ')} }` : (type ?? 'something else'),
  )
  return words.join(' or ')
}

/** The known name that is two slips away at most. */
function nearest(name: string, known: string[]): string | undefined {
  return known
    .map((one) => ({ one, slips: slipsBetween(name, one) }))
    .filter(({ slips }) => slips <= 2)
    .sort((a, b) => a.slips - b.slips)[0]?.one
}

function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1]?.toLowerCase() === other[j - 1]?.toLowerCase() ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[other.length] ?? 0
}
