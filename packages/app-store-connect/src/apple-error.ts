/** What can become of a call, by code. The sentence is the message of the error: compare codes, never sentences. */
export const APPLE_ERRORS = {
  private_key_invalid: 'The private key is not a P-256 key in PKCS#8 form.',
  key_rejected: 'App Store Connect rejects the team key.',
  key_forbidden: 'The team key may not manage testers.',
  agreement_required: 'An agreement with Apple is missing or has expired.',
  apple_rate_limited: 'App Store Connect asks for fewer calls.',
  apple_unreachable: 'App Store Connect did not answer.',
  apple_unavailable: 'App Store Connect has an internal error.',
  apple_answer_unreadable: 'The answer of App Store Connect does not match its documentation.',
  apple_not_found: 'App Store Connect no longer has this resource.',
  apple_request_invalid: 'App Store Connect does not understand the request.',
  apple_refused: 'App Store Connect refuses the change for a reason that Flightroster does not know.',
  address_invalid: 'The e-mail address is not accepted.',
  build_missing: 'The group has no build to install, so Apple sends no invitations.',
  seats_full: 'The app has no seat left for another tester.',
} as const

/** Every error that this client throws of its own; what a gate or a signal throws passes through as it is. */
export type AppleErrorCode = keyof typeof APPLE_ERRORS

/** What an error tells beyond its code. */
interface AppleErrorInit {
  details?: Record<string, unknown>
  retryAfterMs?: number
  cause?: unknown
}

/**
 * A call that did not succeed. `details`: status, appleCode, appleDetail, pointer, method, path and id as far as they are known; no
 * address, no key. `retryAfterMs`: what Apple's `Retry-After` said, an hour at most.
 */
export class AppleError extends Error {
  override readonly name: string = 'AppleError'
  readonly code: AppleErrorCode
  readonly details: Record<string, unknown>
  readonly retryAfterMs: number | undefined

  constructor(code: AppleErrorCode, init: AppleErrorInit = {}) {
    super(APPLE_ERRORS[code], init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
    this.retryAfterMs = init.retryAfterMs
  }

  /** The status of Apple's answer; null: none came, or nothing was asked. */
  get status(): number | null {
    const { status } = this.details
    return typeof status === 'number' ? status : null
  }
}

/** Whether it is an error of this client, and has one of these codes where any are given. */
export function isAppleError(error: unknown, ...codes: AppleErrorCode[]): error is AppleError {
  return error instanceof AppleError && (codes.length === 0 || codes.includes(error.code))
}
