import { requestInvalid } from './to-problem.ts'

/** Of one JSON text. What is over a bound is refused before anything is built from it. */
export interface JsonBounds {
  /** Objects and arrays within each other. */
  depth: number
  /** Members of one object or items of one array. */
  entries: number
  /** Objects, arrays, texts, numbers in all: what the text costs to parse and to look through. */
  values: number
  /** Bytes of one text or number, or of the blanks around one; absent: as many as the body has. */
  run?: number
  /** What is thrown where the text is an array of more items than `most`, instead of the rest. */
  items?: { most: number; refuse: () => Error }
}

const DEEPEST = 64

/** No body of a route that takes one thing holds more; a route of many says so (`config.json`). */
export const JSON_BOUNDS: JsonBounds = { depth: DEEPEST, entries: 10_000, values: 50_000, run: 64 * 1024 }

/** Looks at JSON while it comes in, without parsing it. */
export interface ShapeCheck {
  /** Takes the next bytes, in whatever pieces they come. Throws request_invalid where the text is over a bound. */
  look(bytes: Uint8Array): void
  /** Object members so far. */
  members(): number
  /** Begins with another text. */
  restart(): void
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** Bytes that say something outside of texts: quotes, brackets, commas, colons. */
const MARKS = new Uint8Array(256)
for (const mark of '"{}[],:') MARKS[mark.charCodeAt(0)] = 1
const NOTHING_YET = 0

/**
 * Reads the bytes of a JSON text once, without building anything, and counts its object members. Of what is not JSON it tells
 * nothing: JSON.parse does.
 */
export function createShapeCheck(bounds: JsonBounds): ShapeCheck {
  const entries = new Int32Array(bounds.depth + 1)
  let depth = 0
  let values = 1
  let members = 0
  let isInText = false
  let isEscaped = false
  /** The first byte that is no blank and no byte order mark. */
  let opening = NOTHING_YET
  /** Bytes since the last one that says something, up to the piece that is looked at. */
  let run = 0
  const mostInRun = bounds.run ?? Infinity

  const open = () => {
    depth++
    values++
    if (depth > bounds.depth) throw tooMuch(`JSON is nested at most ${bounds.depth} deep here.`)
    entries[depth] = 1
  }
  const tooLong = () =>
    tooMuch(`One text, and the blanks around one, are at most ${mostInRun.toLocaleString('en-US')} bytes long here.`)
  const goOn = () => {
    values++
    const count = (entries[depth] ?? 0) + 1
    entries[depth] = count
    if (depth === 1 && opening === 0x5b && bounds.items && count > bounds.items.most) throw bounds.items.refuse()
    if (count > bounds.entries) {
      throw tooMuch(`An object or array has at most ${bounds.entries.toLocaleString('en-US')} entries here.`)
    }
  }
  /** Where the text goes on behind the one that is open; the end of the bytes where it does not close in them. */
  const leaveText = (bytes: Uint8Array, from: number): number => {
    let at = from
    if (isEscaped) {
      isEscaped = false
      at++
    }
    for (; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        isInText = false
        return at + 1
      }
      if (byte === BACKSLASH) at++
    }
    isEscaped = at > bytes.length
    return bytes.length
  }
  return {
    look(bytes) {
      let at = 0
      // Where the run began; before this piece, where it goes on from the one before.
      let runFrom = -run
      if (opening === NOTHING_YET) opening = firstMark(bytes)
      while (at < bytes.length) {
        if (isInText) {
          at = leaveText(bytes, at)
          continue
        }
        const byte = bytes[at++] as number
        if (MARKS[byte] === 0) continue
        if (at - runFrom > mostInRun) throw tooLong()
        runFrom = at
        if (byte === QUOTE) isInText = true
        else if (byte === COMMA) goOn()
        else if (byte === 0x3a) members++
        else if (byte === 0x7b || byte === 0x5b) open()
        else if (depth > 0) depth--
        if (values > bounds.values) {
          throw tooMuch(`The body holds at most ${bounds.values.toLocaleString('en-US')} values.`)
        }
      }
      run = bytes.length - runFrom
      if (run > mostInRun) throw tooLong()
    },
    members: () => members,
    restart() {
      depth = members = run = 0
      values = 1
      isInText = isEscaped = false
      opening = NOTHING_YET
    },
  }
}

/** The same of a whole text. */
export function checkJsonShape(bytes: Uint8Array, bounds: JsonBounds): number {
  const check = createShapeCheck(bounds)
  check.look(bytes)
  return check.members()
}

function firstMark(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef ? 3 : 0
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++
  return bytes[at] ?? NOTHING_YET
}

const tooMuch = (detail: string) => requestInvalid([{ pointer: '', code: 'too_big', detail }])
