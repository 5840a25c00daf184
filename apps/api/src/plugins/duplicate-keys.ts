/** How many are told; a body may hold thousands. */
const TOLD = 20
/** Characters of a pointer: keys of a megabyte, nested, would make a long one for each. */
const LONGEST_POINTER = 200

/**
 * JSON pointers of members that occur twice in one object. JSON.parse keeps the last of them without a word, while another
 * reader of the same text may keep the first. `text` must be JSON already. `onePerItem`: of each item of an array that is the
 * whole text only the first one, and those of all items.
 */
export function findDuplicateKeys(text: string, { onePerItem = false } = {}): string[] {
  const found: string[] = []
  let lastItem: string | number | undefined
  // One frame for each open object or array: the keys seen, or how many items came before.
  const frames: { keys: Set<string> | null; at: string | number }[] = []
  let expectsKey = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i)
        const frame = frames.at(-1)
        if (expectsKey && frame?.keys) {
          const key = JSON.parse(text.slice(i, end + 1)) as string
          frame.at = key
          if (frame.keys.has(key)) {
            const item = frames[0]?.at
            const byItem = onePerItem && typeof item === 'number'
            if (!byItem || item !== lastItem) found.push(pointerTo(frames))
            if (!byItem && found.length >= TOLD) return found
            lastItem = item
          }
          frame.keys.add(key)
          expectsKey = false
        }
        i = end
        break
      }
      case 0x7b:
        frames.push({ keys: new Set(), at: '' })
        expectsKey = true
        break
      case 0x5b:
        frames.push({ keys: null, at: 0 })
        expectsKey = false
        break
      case 0x7d:
      case 0x5d:
        frames.pop()
        expectsKey = false
        break
      case 0x2c: {
        const frame = frames.at(-1)
        if (typeof frame?.at === 'number' && !frame.keys) frame.at++
        expectsKey = frame?.keys !== null
        break
      }
      default:
    }
  }
  return found
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end > 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}

function pointerTo(frames: readonly { at: string | number }[]): string {
  let pointer = ''
  for (const { at } of frames) {
    if (pointer.length >= LONGEST_POINTER) break
    pointer += `/${String(at).slice(0, LONGEST_POINTER).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }
  return pointer
}

/**
 * Whether a text holds such members at all, told by counting: `value` is what JSON.parse made of it, and has fewer than the
 * `written` ones (checkJsonShape). Ten times quicker than looking for them, and hardly any body has one.
 */
export function holdsDuplicateKeys(written: number, value: unknown): boolean {
  return written !== countMembers(value)
}

/** Without recursion: the value may be nested. */
function countMembers(value: unknown): number {
  let count = 0
  const open: unknown[] = []
  const look = (item: unknown) => typeof item === 'object' && item !== null && open.push(item)
  look(value)
  while (open.length > 0) {
    const next = open.pop()
    if (Array.isArray(next)) for (const item of next) look(item)
    else {
      for (const key in next as object) {
        count++
        look((next as Record<string, unknown>)[key])
      }
    }
  }
  return count
}
