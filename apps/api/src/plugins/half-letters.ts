import { requestInvalid } from './to-problem.ts'

const SURROGATE = /\\u[dD][89a-fA-F]/g
const BACKSLASH = 0x5c

/**
 * Where a text of JSON escapes one half of a letter that is written in two (a lone surrogate). It stands for no letter: strict readers
 * refuse the whole text for it, and what is stored is the same for every such half.
 */
function* halvesIn(json: string): Generator<number, void> {
  const find = new RegExp(SURROGATE)
  for (let found = find.exec(json); found; found = find.exec(json)) {
    const at = found.index
    let before = at
    while (json.charCodeAt(before - 1) === BACKSLASH) before--
    // The backslash is escaped itself: letters that look like an escape.
    if ((at - before) % 2 === 1) continue
    const isWhole = /^\\u[dD][89abAB]..\\u[dD][c-fC-F]/.test(json.slice(at, at + 12))
    if (isWhole) find.lastIndex = at + 12
    else yield at
  }
}

/** Throws request_invalid. */
export function refuseHalfLetters(json: string): void {
  for (const at of halvesIn(json))
    throw requestInvalid([], `The body holds half of a letter (${json.slice(at, at + 6)}), which is no Unicode.`)
}

/** As JSON.stringify, but without half letters, whoever sent them once. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) ?? ''
  if (!json.includes('\\ud')) return json
  let whole = ''
  let from = 0
  for (const at of halvesIn(json)) {
    whole += `${json.slice(from, at)}\ufffd`
    from = at + 6
  }
  return whole + json.slice(from)
}
