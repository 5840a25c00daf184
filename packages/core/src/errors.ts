/**
 * Every way a thing can go wrong, once: the code callers and program managers see, what follows from it, and what to do.
 * `docs/errors.md` is generated from this table; apps/api adds the HTTP status; the worker reads the disposition.
 */
import { isAppleError, type AppleErrorCode } from '@flightroster/app-store-connect'
import { APPLE_RULES } from './errors/apple-rules.ts'
import { CONTENT_RULES } from './errors/content-rules.ts'
import { MEMBER_RULES } from './errors/member-rules.ts'
import { REQUEST_RULES } from './errors/request-rules.ts'
import type { ErrorRule } from './errors/rule.ts'

export type { Disposition, ErrorRule, Reach } from './errors/rule.ts'

const RULES = {
  ...REQUEST_RULES,
  ...CONTENT_RULES,
  ...MEMBER_RULES,
  ...APPLE_RULES,
} as const satisfies Record<string, ErrorRule> & Record<AppleErrorCode, ErrorRule>

/** Every error that has a code; the codes are part of the contract of the API. */
export type ErrorCode = keyof typeof RULES

/** What follows from each code; docs/errors.md is made from it. */
export const ERROR_RULES: Readonly<Record<ErrorCode, ErrorRule>> = RULES

/** Every code, in the order of the table. */
export const ERROR_CODES =
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- by its type the record has a key for each code, and no other
  Object.keys(ERROR_RULES) as ErrorCode[]

/** What an error says beyond its code; `message` replaces the title of the code. */
export interface AppErrorInit {
  /** One sentence that names the thing and the next step; the table's title when absent. Never an address, never a key. */
  message?: string
  /** Ids and Apple's codes for the log and the timeline; never an address or a secret. */
  details?: Record<string, unknown>
  retryAfterMs?: number
  cause?: unknown
}

/**
 * An error that is foreseen: its `code` says what follows (ERROR_RULES). Compare `code`, never the message. `details` hold ids,
 * never an address or a key; `retryAfterMs` (ms) where it is known when trying again may help.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown>
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, init: AppErrorInit = {}) {
    super(init.message ?? ERROR_RULES[code].title, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
    this.retryAfterMs = init.retryAfterMs
  }
}

/**
 * Whether it is one of ours, and has one of these codes where any are given. The client of App Store Connect throws errors of a class of
 * its own: of the same form, with codes that are all in the table. So nobody asks for the class itself.
 */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return (error instanceof AppError || isAppleError(error)) && (codes.length === 0 || codes.includes(error.code))
}
