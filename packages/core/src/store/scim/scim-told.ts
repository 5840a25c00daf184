import { NOTHING_TOLD, type ScimProfile, type ScimTold, type ScimUnsure } from '../../domain/scim.ts'
import { flag, nullable, object, readJson, text, texts } from '../../domain/shape.ts'

export const scimProfile = object<ScimProfile>({
  email: nullable(text),
  firstName: nullable(text),
  lastName: nullable(text),
})
const told = object<ScimTold>({
  rosters: texts,
  unsure: texts,
  kept: texts,
  profile: scimProfile,
  isProfileUnsure: flag,
})
const unsure = object<ScimUnsure>({ unsure: texts, isProfileUnsure: flag })

/** What is to be kept of one user. Without `told`: what was kept as unsure is sure by now. */
export interface ScimNoting {
  id: string
  revision: string
  told?: ScimTold | undefined
  unsure?: ScimUnsure | undefined
}

/**
 * A line of JSON, and a second one while it is not sure that it was told. The step that makes it sure takes that line away
 * (scim-note-told.lua), and so the first one is sent once.
 */
export function formatTold({ told: record, unsure: part }: ScimNoting): string {
  if (record === undefined) return ''
  const { rosters, unsure: open, kept, profile, isProfileUnsure } = record
  const lists = `"rosters":${format(rosters)},"unsure":${format(open)},"kept":${format(kept)}`
  const line = `{${lists},"profile":${JSON.stringify(profile)},"isProfileUnsure":${isProfileUnsure}}`
  return part === undefined ? line : `${line}\n${JSON.stringify(part)}`
}

const format = (list: readonly string[]) => (list.length === 0 ? '[]' : JSON.stringify(list))

export function parseTold(lines: string | null | undefined): ScimTold {
  if (!lines) return NOTHING_TOLD
  const cut = lines.indexOf('\n')
  if (cut < 0) return readJson(told, lines, WHAT)
  return { ...readJson(told, lines.slice(0, cut), WHAT), ...readJson(unsure, lines.slice(cut + 1), WHAT) }
}

const WHAT = 'What rosters were told of a SCIM user'
