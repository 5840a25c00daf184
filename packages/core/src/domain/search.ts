/** What a search looks through. Who sees no names and no addresses is given none to look through. */
export interface Searchable {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

/** Letters that no decomposition leads back to the letters somebody types instead. */
const PLAIN: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ŋ: 'n',
  ς: 'σ',
  // Telephones put these in the place of what a keyboard has.
  '’': "'",
  '‘': "'",
  ʼ: "'",
  '‐': '-',
  '‑': '-',
}
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu')
const BEYOND_ASCII = /[\u0080-\u{10ffff}]/u

/** Without case and without accents: `Élodie`, `ELODIE` and `elodie` are one, `Strauß` is `STRAUSS`. */
function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(SPECIAL, (letter) => PLAIN[letter] ?? letter)
}

/** A search for members, prepared once for many of them. */
export interface Search {
  /** True where the beginning of the id, of the address or of a word of the name is what was asked for, or each word of it is one. */
  matches(member: Searchable): boolean
  /** False where a text that holds all that is known of a member, even escaped as in JSON, shows that it can't match. */
  mayMatch(text: string): boolean
}

/** Prepares a search once for many members; undefined where nothing is searched for. */
export function parseSearch(q: string | undefined): Search | undefined {
  const whole = foldText(q ?? '').trim()
  if (whole === '') return undefined
  const words = whole.split(/\s+/u)
  const needle = longestOf(words)
  return {
    matches({ id, email, firstName, lastName }) {
      const texts = [foldText(id), foldText(email ?? '')]
      const name = foldText(firstName && lastName ? `${firstName} ${lastName}` : firstName || lastName || '')
      return isThere(whole, texts, name) || (words.length > 1 && words.every((word) => isThere(word, texts, name)))
    },
    // Letters that are folded are judged by `matches` alone.
    mayMatch: (text) => text.toLowerCase().includes(needle) || BEYOND_ASCII.test(text),
  }
}

const isThere = (asked: string, texts: readonly string[], name: string) =>
  texts.some((text) => text.startsWith(asked)) || beginsWord(name, asked)

/** `Anne-Marie O'Neil` has the words anne, marie, o, neil; what was asked for may go on over several. */
function beginsWord(name: string, asked: string): boolean {
  for (let at = name.indexOf(asked); at >= 0; at = name.indexOf(asked, at + 1)) {
    // Most words begin the name or follow a space: no letter's kind has to be looked up.
    if (at === 0 || name[at - 1] === ' ' || !/[\p{L}\p{N}]$/u.test(name.slice(Math.max(0, at - 2), at))) return true
  }
  return false
}

/** The longest part that no JSON escapes; one letter beyond ASCII does, since texts that hold none are sorted out by it. */
function longestOf(words: readonly string[]): string {
  const beyond = words.find((word) => BEYOND_ASCII.test(word))
  if (beyond !== undefined) return BEYOND_ASCII.exec(beyond)?.[0] ?? ''
  const runs = words.flatMap((word) => word.match(/[a-z0-9@._+-]+/g) ?? [])
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '')
}
