import { emailKey, parseEmail } from './email.ts'

/** An address as somebody, or a program, wrote it into a list. */
export interface WrittenEmail {
  /** The address, where there is no doubt which one is meant; null otherwise. */
  email: string | null
  /** What was written, where that is an address by our rule as well and another one: a member may have just this. */
  asWritten: string | null
  /** Every address (lower-cased) that may be meant; none where nothing in it looks like one. */
  mayBe: string[]
}

// Zero width, direction and variation marks, soft hyphens: what is pasted along and nobody sees.
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}\u115f\u1160\u3164\uffa0\ufffc]|\u034f/gu
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g
/** Letters of Chinese, Japanese and Korean keyboards that stand for those of an address. */
const WIDE = /[\uff01-\uff5e\ufe6b\ufe52\u3002\uff61]/g
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  commat: '@',
}
const QUOTES =
  '"\'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb\u300c\u300d\u2032\u2033\uff07\uff02'
const EDGES = new RegExp(`^[\\s${QUOTES},;:.|*\\u2022\\u00b7]+|[\\s${QUOTES},;:.|*\\u2022\\u00b7]+$`, 'gu')
const LABEL =
  /^(?:(?:mailto|smtp|sip|e-?mail(?:[- ]?(?:address|adresse))?|mail|email to|to|e-?post|correo|courriel)\s*[:=]\s*)+/i
/** What an address is made of, as far as it can be told from the text around it. */
const TOKEN = new RegExp(
  `[^\\s@<>()\\[\\]{},;:|/\\\\="${'\u201c\u201d\u201e\u00ab\u00bb'}]+@[^\\s@<>()\\[\\]{},;:|/\\\\="'?&#${'\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb'}]+`,
  'gu',
)

/** Nearly all there are: nothing to undress, and a list has a hundred thousand. */
const USUAL = /^[a-z0-9](?:[\w.+-]*[a-z0-9])?@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i

/**
 * Undresses what people and spreadsheets put around an address: `Ann Lee <ann@example.com>`, `mailto:`, quotes of all kinds,
 * invisible characters, a comma at its end. Where it is not plain which address is meant, none is given, but all it may be.
 */
export function readWrittenEmail(raw: string): WrittenEmail {
  if (raw.length <= 254 && USUAL.test(raw) && !raw.includes('..')) {
    return { email: raw, asWritten: null, mayBe: [emailKey(raw)] }
  }
  const plain = parseEmail(raw)
  const text = toPlainLetters(raw)
  const bare = undress(text)
  const email = bare === null ? null : parseEmail(bare)
  const mayBe = new Set(candidatesOf(text))
  if (email !== null) mayBe.add(emailKey(email))
  // Odd, and an address by our rule all the same: a member may have just this one.
  if (plain !== null) mayBe.add(emailKey(plain))
  const isSure = email !== null && (isPlausible(email) || (email === plain && !DRESS.test(plain)))
  return { email: isSure ? email : null, asWritten: plain === email ? null : plain, mayBe: [...mayBe] }
}

/** Without what nobody sees, and in the letters of an address. */
function toPlainLetters(raw: string): string {
  return raw
    .replace(INVISIBLE, '')
    .replace(CONTROL, ' ')
    .replace(WIDE, (letter) => (letter === '\u3002' || letter === '\uff61' ? '.' : letter.normalize('NFKC')))
    .replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]{2,6}));/gi, (all, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all
      const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return point > 0 && point < 0xd800 ? String.fromCodePoint(point) : all
    })
    .trim()
}

/** The one address in a text that says nothing else; null where it may say more. */
function undress(text: string): string | null {
  let bare = withoutEdges(text)
  const angled = /^([^<>]*)<([^<>]*)>([^<>]*)$/.exec(text)
  if (angled) {
    const [, before = '', inside = '', after = ''] = angled
    const address = withoutLabel(withoutEdges(inside))
    // A display name may repeat the address, and nothing else may hold one.
    const repeats = candidatesOf(`${before} ${after}`).every((other) => other === emailKey(address))
    const says = withoutEdges(after)
    if (!repeats || (says !== '' && !/^\(.*\)$/.test(says))) return null
    bare = address
  }
  return withoutLabel(bare)
}

function withoutEdges(text: string): string {
  return text.replaceAll(EDGES, '')
}

function withoutLabel(text: string): string {
  const bare = withoutEdges(text.replace(LABEL, ''))
  if (bare === text || !/^mailto/i.test(text)) return bare
  const [address = ''] = bare.split(/[?&]/, 1)
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

/** Of these an address as people have them holds none: where one is left, it belongs to what was put around. */
const DRESS = /[<>()[\]{},;:\\"\u201c\u201d\u2018\u2019\u00ab\u00bb|]/

function isPlausible(email: string): boolean {
  if (DRESS.test(email)) return false
  const [local = '', domain = ''] = email.split('@')
  return !/^[.'`]|[.`]$/.test(local) && /^[^\s.]+(?:\.[^\s.]+)*$/.test(domain) && !/[/'?#&=]/.test(domain)
}

function candidatesOf(text: string): string[] {
  // `ann (at) example (dot) com`, `ann @ example.com`: never taken, and never taken for nobody.
  const joined = text
    .replaceAll(/\s*[([{<]\s*dot\s*[)\]}>]\s*|\s+dot\s+/gi, '.')
    .replaceAll(/\s*[([{<]\s*at\s*[)\]}>]\s*|\s+at\s+(?=\S+\.)|\s*@\s*/gi, '@')
  const found = [...text.matchAll(TOKEN), ...joined.matchAll(TOKEN)].map(([token]) => withoutLabel(withoutEdges(token)))
  return [...new Set(found.flatMap((token) => parseEmail(token) ?? []).map(emailKey))]
}
