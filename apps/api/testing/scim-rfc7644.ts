import type { Dialect } from './scim-dialects.ts'
import { RFC_CHANGING } from './scim-rfc7644/changing.ts'
import { RFC_ERRORS } from './scim-rfc7644/errors.ts'
import { RFC_READING } from './scim-rfc7644/reading.ts'

/**
 * The examples of RFC 7644, section by section, with people of ours: each with the answer that the RFC gives, or the refusal that it
 * allows where this service does without. What differs from it says why.
 */
export const RFC_7644: Dialect[] = [...RFC_READING, ...RFC_CHANGING, ...RFC_ERRORS]
