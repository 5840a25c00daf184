import { isMemberId } from './member-id.ts'
import { z } from 'zod'

/** Of rosters, team keys and webhooks. */
export const recordId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'Use 1 to 64 of A-Z a-z 0-9 . _ -')

/** In a path that reads: whatever fits no id is not found, like any other unknown one. */
export const anyId = z.string()

/** An id of the upstream system for a person. */
export const memberId = z.string().refine(isMemberId, 'Use 1 to 256 UTF-8 bytes without control characters')
