import { requestInvalid } from './to-problem.ts'

/** Of one JSON text. What is over a bound is refused before anything is built from it. */
export interface JsonBounds {
  /** Objects and arrays within each other. */
  depth: number
  /** Members of one object or items of one array. */
  entries: number
  /** Objects, arrays, texts, numbers in all: what the text costs to parse and to look through. */
  values: number
  /** What is thrown where the text is an array of more items than `most`, instead of the rest. */
  items?: { most: number; refuse: () => Error }
}

const DEEPEST = 64

/** No body of a route that takes one thing holds more; a route of many says so (`config.json`). */
export const JSON_BOUNDS: JsonBounds = { depth: DEEPEST, entries: 10_000, values: 50_000 }

/**
 * Reads the bytes of a JSON text once, without building anything, and throws request_invalid where it is over a bound. Returns
 * how many object members it holds. Of what is no JSON it tells nothing: JSON.parse does.
 */
export function checkJsonShape(bytes: Uint8Array, bounds: JsonBounds): number {
  const entries = new Int32Array(bounds.depth + 1)
  const isList = bytes[firstMark(bytes)] === 0x5b
  let depth = 0
  let values = 1
  let members = 0
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at] as number) {
      case 0x22: {
        at = endOfText(bytes, at)
        break
      }
      case 0x7b:
      case 0x5b:
        depth++
        values++
        if (depth > bounds.depth) throw tooMuch(`JSON is nested at most ${bounds.depth} deep here.`)
        entries[depth] = 1
        break
      case 0x7d:
      case 0x5d:
        if (depth > 0) depth--
        break
      case 0x2c:
        values++
        entries[depth] = (entries[depth] ?? 0) + 1
        if (depth === 1 && isList && bounds.items && (entries[1] ?? 0) > bounds.items.most) throw bounds.items.refuse()
        if ((entries[depth] ?? 0) > bounds.entries) {
          throw tooMuch(`An object or array has at most ${bounds.entries.toLocaleString('en-US')} entries here.`)
        }
        break
      case 0x3a:
        members++
        break
      default:
    }
    if (values > bounds.values) {
      throw tooMuch(`The body holds at most ${bounds.values.toLocaleString('en-US')} values.`)
    }
  }
  return members
}

/** The first byte that is no blank and no byte order mark. */
function firstMark(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef ? 3 : 0
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++
  return at
}

/** Where the text that opens at `start` closes; the end of all where it does not. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x22) return at
    if (byte === 0x5c) at++
  }
  return bytes.length
}

const tooMuch = (detail: string) => requestInvalid([{ pointer: '', code: 'too_big', detail }])
