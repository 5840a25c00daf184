import type { ErrorCode } from '../errors.ts'

/** What is wrong, and where; undefined: nothing. It names fields, never a value: values may be people's. */
export type Look = (value: unknown) => string | undefined

/**
 * What comes out of Redis or a script is read by its shape, not believed by `as`: a record of another form stops with a sentence that
 * says which, not three files further on. A shape looks and copies nothing, so reading costs a walk over the value: fields that a newer
 * release wrote beside the known ones stay where they are. `Shape<T>` is exact in `T`: a field that is added to a type and not to its
 * shape does not compile.
 */
export interface Shape<T> extends Look {
  /** Never there: it makes `T` exact. */
  readonly of?: (value: T) => T
}

/** Something kept, or an answer of a script, is not of the shape that this release knows. */
class UnreadableError extends Error {
  override readonly name = 'UnreadableError'

  constructor(what: string, fault: string) {
    super(`${what} is not readable: ${fault}. Was it written by a newer release, or by hand?`)
  }
}

export const isUnreadable = (error: unknown): error is Error => error instanceof UnreadableError

/** `what`: the thing as a message names it, such as `An answer of take-outbox.lua`. */
export function read<T>(shape: Shape<T>, value: unknown, what: string): T {
  const fault = shape(value)
  if (fault !== undefined) throw new UnreadableError(what, fault)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape has just looked
  return value as T
}

/** For what may be of another release and can be had anew: another shape is no fault there. */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  return shape(value) === undefined
}

export function readJson<T>(shape: Shape<T>, text: string, what: string): T {
  return read(shape, parseJson(text, what), what)
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: the parser quotes the text.
    throw new UnreadableError(what, 'it is not JSON')
  }
}

export const text: Shape<string> = (value) => (typeof value === 'string' ? undefined : 'expected text')

export const number: Shape<number> = (value) => (typeof value === 'number' ? undefined : 'expected a number')

export const flag: Shape<boolean> = (value) => (typeof value === 'boolean' ? undefined : 'expected true or false')

/**
 * One of a list of words that may grow. Any text is let through: while two releases run side by side, the newer one writes words that
 * the older one does not know, and whoever reads one has a default for it.
 */
export const word = <T extends string>(): Shape<T> => text as Look

export const errorCode = word<ErrorCode>()

/** Exactly these, for what tells forms apart: a script's answer, a version. */
export function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values)
  return (value) => (known.has(value) ? undefined : `expected one of ${values.join(', ')}`)
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? undefined : shape(value))
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value))
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return 'expected a list'
    for (const item of value) {
      const fault = shape(item)
      if (fault !== undefined) return `in its list: ${fault}`
    }
    return undefined
  }
}

export const texts = list(text)

type Shapes<T extends readonly unknown[]> = { [K in keyof T]: Shape<T[K]> }

/** A list of so many things; where the last ones are optional, they may be missing. */
export function tuple<T extends readonly unknown[]>(...shapes: Shapes<T>): Shape<T> {
  return (value) => {
    if (!Array.isArray(value)) return 'expected a list'
    for (const [at, shape] of shapes.entries()) {
      const fault = shape(value[at])
      if (fault !== undefined) return `at place ${at}: ${fault}`
    }
    return undefined
  }
}

/** Any names, each with a value of this shape. */
export function mapOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value) => {
    if (!isObject(value)) return 'expected an object'
    for (const name in value) {
      const fault = shape(value[name])
      if (fault !== undefined) return `in its map: ${fault}`
    }
    return undefined
  }
}

export function object<T extends object>(fields: { [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes = Object.entries<Look>(fields)
  return (value) => {
    if (!isObject(value)) return 'expected an object'
    for (const [name, shape] of shapes) {
      const fault = shape(value[name])
      if (fault !== undefined) return `${name}: ${fault}`
    }
    return undefined
  }
}

/** Forms that are told apart by one field. `lookOf`: the form's own shape; none: such a form is not known. */
export function either<T extends object>(tag: keyof T & string, lookOf: (value: string) => Look | undefined): Shape<T> {
  return (value) => {
    if (!isObject(value)) return 'expected an object'
    const name = value[tag]
    const look = typeof name === 'string' ? lookOf(name) : undefined
    return look === undefined ? `${tag}: not known here` : look(value)
  }
}

/** The one form or the other. */
export function or<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value) => (first(value) === undefined ? undefined : second(value))
}

/** An object of any fields. */
export const anyObject: Shape<Record<string, unknown>> = (value) => (isObject(value) ? undefined : 'expected an object')

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
