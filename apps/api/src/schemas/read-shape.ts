import type { z } from 'zod'

/** By its shape; what is wrong is said in our words. */
export function readShape<T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  return schema.safeParse(value, { error: sayFault })
}

/** A field that has to be there, and is not. */
export const REQUIRED = 'This is required.'
/** Of a value that may have one of several forms. */
export const NO_FORM = 'This has none of the forms that are allowed.'

/**
 * What is wrong with a value, for whoever sent it; a shape's own words go before these. Never the value itself: it may be an address or a
 * secret. Undefined: the shape has words for all that is left.
 */
const sayFault: z.core.$ZodErrorMap = (issue) => {
  const isMissing = issue.input === undefined
  switch (issue.code) {
    case 'invalid_type':
      if (isMissing) return REQUIRED
      if (String(issue.expected) === 'int' && typeof issue.input === 'number') return 'This must be a whole number.'
      return `This must be ${TYPES[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}.`
    case 'invalid_value':
      return isMissing ? `${REQUIRED} ${allowed(issue.values)}` : allowed(issue.values)
    case 'too_small':
      return sizeWords(issue.origin, Number(issue.minimum), issue.inclusive === false ? 'more than' : 'at least')
    case 'too_big':
      return sizeWords(issue.origin, Number(issue.maximum), issue.inclusive === false ? 'less than' : 'at most')
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`
    case 'invalid_union':
      return Array.isArray(issue['options']) ? allowed(issue['options']) : NO_FORM
    case 'invalid_format':
      return 'This is not written as it has to be.'
    case 'invalid_key':
      return 'A name in it is not allowed.'
    case 'invalid_element':
      return 'A value in it is not allowed.'
    case 'unrecognized_keys':
      return 'There is no such field.'
    case 'custom':
      return 'This is not allowed.'
  }
}

const TYPES: Readonly<Record<string, string | undefined>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return TYPES[typeof value] ?? typeof value
}

function allowed(values: readonly unknown[]): string {
  const [first, ...others] = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  return others.length === 0 ? `This must be ${first}.` : `Allowed are: ${[first, ...others].join(', ')}.`
}

function sizeWords(origin: string, bound: number, how: string): string {
  if (origin === 'string' && bound === 1 && how === 'at least') return 'This must not be empty.'
  if (origin === 'array' && bound === 1) return `This must have ${how} one item.`
  const count = bound.toLocaleString('en-US')
  if (origin === 'string') return `This must have ${how} ${count} characters.`
  if (origin === 'array') return `This must have ${how} ${count} items.`
  return `This must be ${how} ${count}.`
}
