import { domainToASCII } from 'node:url'
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
/** What may stand around an address and is no part of it. */
const EDGE = new RegExp(`[\\s${QUOTES},;:.|*\\u2022\\u00b7]`, 'u')
const LABEL =
  /^(?:(?:mailto|smtp|sip|e-?mail(?:[- ]?(?:address|adresse))?|mail|email to|to|e-?post|correo|courriel)\s*[:=]\s*(?:\/\/)?)+/i
/** What the two halves of an address are made of, as far as they can be told from the text around them. */
const LOCAL = /[^\s@<>()[\]{},;:|/\\="\u201c\u201d\u201e\u00ab\u00bb]/u
const DOMAIN = /[^\s@<>()[\]{},;:|/\\="'?&#\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb]/u
const LONGEST_LOCAL = 100

/** An address and much dress; a longer text is not looked through. */
export const LONGEST_WRITTEN = 1_000

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
  // A whole text: nobody can tell whom it means, and looking for it would take long.
  if (raw.length > LONGEST_WRITTEN) return { email: null, asWritten: null, mayBe: [] }
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
    .replace(
      /&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]{2,6}));/gi,
      (all, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all
        const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
        return point > 0 && point < 0xd800 ? String.fromCodePoint(point) : all
      },
    )
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

const withoutEdges = (text: string) => trimmed(text, EDGE)

/** By hand: an expression for the end of a text begins anew at each letter. */
function trimmed(text: string, edge: RegExp): string {
  const letters = Array.from(text)
  const from = letters.findIndex((letter) => !edge.test(letter))
  if (from < 0) return ''
  const to = letters.findLastIndex((letter) => !edge.test(letter))
  return letters.slice(from, to + 1).join('')
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

/**
 * All that a text may mean: taken for nobody's address, only for whom it protects, so rather one too many. `ann (at) example (dot) com`,
 * `ann @ example.com`, `ann[@]example[.]com`, `"ann"@example.com`, `ann%40example.com`, `ann@example,com`.
 */
function candidatesOf(written: string): string[] {
  // One space for many: an expression that begins with any number of them takes long for very many.
  const text = written.replaceAll(/\s+/g, ' ')
  const joined = text
    .replaceAll(/ ?[([{<] ?dot ?[)\]}>] ?| dot |_dot_/gi, '.')
    .replaceAll(/ ?[([{<] ?at? ?[)\]}>] ?| at (?=\S+\.)|_at_| ?@ ?|%40/gi, '@')
  const bare = joined.replaceAll(/["'`\u201c\u201d\u2018\u2019()[\]{}&]/g, '').replaceAll(/ +/g, ' ')
  const forms = new Set([text, joined, bare, bare.replaceAll(' ', ''), bare.replaceAll(/ ?, ?/g, '.')])
  const tokens = new Set([...forms].flatMap(tokensOf))
  const found = [...tokens].flatMap((token) => parseEmail(withoutLabel(withoutEdges(token))) ?? [])
  return [...new Set(found.map(emailKey))]
}

/** Whatever has the form of an address. From each `@` back and forth, so that no letter is looked at over and over. */
function tokensOf(text: string): string[] {
  const tokens: string[] = []
  let floor = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let [from, to] = [at, at + 1]
    while (from > Math.max(floor, at - LONGEST_LOCAL) && LOCAL.test(text[from - 1] ?? '')) from--
    while (to < text.length && DOMAIN.test(text[to] ?? '')) to++
    if (from === at || to === at + 1) continue
    tokens.push(text.slice(from, to))
    floor = to
  }
  return tokens
}

/** Looks like an address as people have them, so that it is known whom a text names. */
export function isPlausibleEmail(email: string): boolean {
  return isPlausible(email) && /^[\p{L}\p{N}].*@.*\.\p{L}[\p{L}\p{M}\p{N}-]*$/su.test(email) && !/\d$/.test(email)
}

/** Letters of other alphabets that look like ours. */
const ALIKE = new Map([
  ...zip(
    '\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u0501\u04bb\u051b\u051d\u043a\u043c\u0442\u0432\u043d',
    'aceopxyijsdhqwkmtbh',
  ),
  ...zip('\u03b1\u03bf\u03bd\u03c1\u03b9\u03ba\u03c4\u03c5\u03c7\u03b5', 'aovpiktuxe'),
  ...zip('\u0131\u0261\u217c', 'igl'),
])

function zip(letters: string, ours: string): [string, string][] {
  return Array.from(letters, (letter, at) => [letter, ours[at] ?? letter])
}

/**
 * What is left of an address without what slips in and can't be seen, or is no part of it: `bob.@example.com`, `/bob@example.com`,
 * `bob@example.com1`, `b\u043eb@example.com` with a Cyrillic letter, `bob@ex\u00e4mple.com` by its name in the DNS. Two that are
 * the same here are one person's, or look so much like it that nobody must leave for it.
 */
export function looseEmail(email: string): string {
  const usual = email.toLowerCase()
  if (isUsualEmail(email)) return usual
  const folded = Array.from(toPlainLetters(usual).normalize('NFKC'), (letter) => ALIKE.get(letter) ?? letter).join('')
  const [local = '', domain = ''] = folded.split('@')
  const host = domain.replace(/[/?#&'"].*$/su, '').replaceAll(/\.{2,}/g, '.')
  const bareHost = trimmed(host.replace(/(\.\p{L}+)\d+$/u, '$1'), /[^\p{L}\p{N}]/u)
  // An underscore is typed, not slipped in.
  const bareLocal = trimmed(local.replaceAll(/\.{2,}/g, '.'), /[^\p{L}\p{N}_]/u)
  return `${bareLocal || local}@${domainToASCII(bareHost) || bareHost}`
}

/** An address as nearly all are: a list that has another form of it beside may have a slip in it, never this one. */
export function isUsualEmail(email: string): boolean {
  return USUAL.test(email) && !email.includes('..') && !/\d$/.test(email)
}
