import { splitPath } from './attributes.ts'
import { ScimFault } from './fault.ts'
import { parseFilter, type Filter } from './filter.ts'

/** What an operation is about: an attribute, perhaps only those of its values that match, perhaps one part of them. */
export interface PatchPath {
  parts: string[]
  filter: Filter | undefined
  /** Behind a filter: `emails[type eq "work"].value`. */
  sub: string | undefined
}

/** Throws invalidPath, invalidFilter. */
export function parsePatchPath(path: string): PatchPath {
  const text = path.trim()
  const open = text.indexOf('[')
  const invalid = () => new ScimFault(400, `The path "${text.slice(0, 200)}" could not be read.`, 'invalidPath')
  if (open < 0) {
    const parts = splitPath(text)
    if (!parts) throw invalid()
    return { parts, filter: undefined, sub: undefined }
  }
  const close = text.lastIndexOf(']')
  const rest = /^(?:\.(\$?[A-Za-z][\w-]*))?$/.exec(text.slice(close + 1))
  const parts = splitPath(text.slice(0, open))
  if (!parts || close < open || !rest) throw invalid()
  return { parts, filter: parseFilter(text.slice(open + 1, close)), sub: rest[1] }
}
