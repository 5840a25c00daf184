export interface ListSplitter {
  /** Takes the next bytes, in whatever pieces they come. */
  feed(chunk: Buffer): void
  /** What is left of the text once the items are taken out: a 0 stands for all of them. */
  finish(): Buffer
}

interface SplitOptions {
  /** The member of the outer object whose array is the list. */
  name: string
  /** Bytes of one item, and of all that is no item. */
  longest: number
  /** Given the text of each item. What it throws ends the reading. */
  onItem: (item: Buffer) => void
  refuse: (detail: string) => Error
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
/** Of JSON, the last of all. */
const BLANK = 0x20
const PLACEHOLDER = Buffer.from('0')
/** Makes the skeleton no JSON, as the list was none. */
const BREAKS = Buffer.from(',')
/** Bytes before a bracket that tell which member its array is. */
const TAIL = 256

/**
 * Splits `{"members":[…]}` into its items while it comes in, so that a list of 32 MB is neither in memory as a whole nor parsed
 * in one go. It only counts brackets outside of texts: whether an item is JSON, JSON.parse of the item tells; whether all
 * around is, JSON.parse of the skeleton.
 */
export function createListSplitter({ name, longest, onItem, refuse }: SplitOptions): ListSplitter {
  const opening = new RegExp(`"${name}"\\s*:\\s*$`)
  const around: Buffer[] = []
  let aroundLength = 0
  let part: Buffer[] = []
  let partLength = 0
  let depth = 0
  /** The last byte outside of texts that was no blank. */
  let lastMark = 0
  let isInText = false
  let isEscaped = false
  /** True between the brackets of the list. */
  let isInList = false
  let items = 0

  const keepAround = (bytes: Buffer) => {
    around.push(bytes)
    aroundLength += bytes.length
    if (aroundLength > longest) throw refuse('Beside its items, the body is too long.')
  }
  const keepPart = (bytes: Buffer) => {
    if (bytes.length === 0) return
    if (!isInList) return keepAround(bytes)
    part.push(bytes)
    partLength += bytes.length
    if (partLength > longest) throw refuse(`Item ${items + 1} of "${name}" is longer than ${longest / 1024} KB.`)
  }
  const endItem = (isLast: boolean) => {
    const [only = Buffer.alloc(0), ...more] = part
    const item = more.length === 0 ? only : Buffer.concat(part)
    part = []
    partLength = 0
    if (item.some((byte) => byte > 0x20)) {
      items++
      onItem(item)
      if (items === 1) keepAround(PLACEHOLDER)
    } else if (items > 0 || !isLast) keepAround(BREAKS)
  }
  const opensList = () => opening.test(lastOf(around, TAIL).toString('latin1'))

  return {
    feed(chunk) {
      let from = 0
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at] as number
        if (isInText) {
          if (isEscaped) isEscaped = false
          else if (byte === BACKSLASH) isEscaped = true
          else if (byte === QUOTE) isInText = false
          continue
        }
        switch (byte) {
          case QUOTE:
            isInText = true
            break
          case 0x5b:
          case 0x7b:
            if (byte === 0x5b && depth === 1 && !isInList && lastMark === COLON) {
              keepAround(chunk.subarray(from, at))
              from = at
              if (opensList()) {
                keepAround(chunk.subarray(at, at + 1))
                from = at + 1
                isInList = true
              }
            }
            depth++
            break
          case 0x5d:
          case 0x7d:
            if (isInList && depth === 2) {
              keepPart(chunk.subarray(from, at))
              endItem(true)
              isInList = false
              from = at
            }
            depth--
            break
          case COMMA:
            if (!isInList || depth !== 2) break
            keepPart(chunk.subarray(from, at))
            endItem(false)
            from = at + 1
            break
          default:
        }
        if (byte > BLANK) lastMark = byte
      }
      keepPart(chunk.subarray(from))
    },
    finish: () => Buffer.concat([...around, ...part]),
  }
}

/** The last bytes of many pieces. */
function lastOf(pieces: readonly Buffer[], most: number): Buffer {
  const last: Buffer[] = []
  let length = 0
  for (let at = pieces.length - 1; at >= 0 && length < most; at--) {
    const piece = pieces[at] as Buffer
    last.unshift(piece.subarray(Math.max(0, piece.length - (most - length))))
    length += piece.length
  }
  return Buffer.concat(last)
}
