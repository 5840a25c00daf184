import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import type { Words } from './words.ts'

export type { View, Words } from './words.ts'
/** @internal */
export const LANGUAGES: readonly Words[] = [en, de, es, fr, ja]

/** The language that `Accept-Language` (RFC 9110) likes best; English where it names none of ours. */
export function chooseWords(header: string | undefined): Words {
  const asked = (header ?? '').split(',', 50).map((part) => {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';')
    const q = parameters
      .map((text) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(text)?.[1])
      .find((text) => text !== undefined)
    return { language: range.trim().split('-')[0] ?? '', quality: q === undefined ? 1 : Number(q) }
  })
  const ranked = asked.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality)
  for (const { language } of ranked) {
    const found = LANGUAGES.find((words) => words.language === language)
    if (found) return found
  }
  return en
}
