import { trim } from './invitations.ts'

/** A call as it came, and what became of it. `at` is ms of the emulator's clock. */
export interface CallRecord {
  at: number
  method: string
  path: string
  /** Decoded, lists joined by commas. */
  query: Record<string, string>
  /** What the emulator made of it; 0 for a call that was dropped without effect. */
  status: number
  /** The key the token names, good or not. */
  keyId: string | null
  body: unknown
  durationMs: number
  /** The scripted fault that hit it. */
  fault: string | null
}

/** What was asked of the emulator, for assertions. */
export class Ledgers {
  calls: CallRecord[] = []
  violations: string[] = []
  readonly #max: () => number

  constructor(max: () => number) {
    this.#max = max
  }

  call(record: CallRecord): void {
    this.calls.push(record)
    trim(this.calls, this.#max())
  }

  violation(text: string): void {
    this.violations.push(text)
    trim(this.violations, this.#max())
  }

  reset(): void {
    this.calls = []
    this.violations = []
  }
}
