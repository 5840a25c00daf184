import type { QuotaSettings } from './settings.ts'

/** Times of calls in a rolling window. */
class Window {
  #times: number[] = []
  #head = 0

  count(since: number): number {
    while (this.#head < this.#times.length && (this.#times[this.#head] ?? 0) <= since) this.#head += 1
    if (this.#head > 4096) {
      this.#times = this.#times.slice(this.#head)
      this.#head = 0
    }
    return this.#times.length - this.#head
  }

  add(now: number, calls: number): void {
    for (let i = 0; i < calls; i += 1) this.#times.push(now)
  }
}

interface Account {
  hour: Window
  minute: Window
}

/** Apple's hourly quota, which belongs to a key and rolls. Calls answered 429 are not counted. */
export class Quota {
  readonly #accounts = new Map<string, Account>()
  readonly #settings: QuotaSettings

  constructor(settings: QuotaSettings) {
    this.#settings = settings
  }

  used(keyId: string, now: number): { hour: number; minute: number } {
    const account = this.#account(keyId)
    return { hour: account.hour.count(now - this.#settings.windowMs), minute: account.minute.count(now - 60_000) }
  }

  isSpent(keyId: string, now: number): boolean {
    const { hour, minute } = this.used(keyId, now)
    const { hourLimit, minuteLimit } = this.#settings
    return hour >= hourLimit || (minuteLimit !== null && minute >= minuteLimit)
  }

  spend(keyId: string, now: number, calls = 1): void {
    const account = this.#account(keyId)
    account.hour.add(now, calls)
    account.minute.add(now, calls)
  }

  /** `x-rate-limit` after this call; an array is one header line each. */
  header(keyId: string, now: number): string | string[] | undefined {
    const { hourLimit, minuteLimit, header, headerDelimiter } = this.#settings
    const used = this.used(keyId, now)
    const minuteLim = minuteLimit ?? 250
    const hour = `user-hour-lim:${hourLimit};user-hour-rem:${Math.max(0, hourLimit - used.hour)};`
    const minute = `user-minute-lim:${minuteLim};user-minute-rem:${Math.max(0, minuteLim - used.minute)};`
    switch (header) {
      case 'hour':
        return hour
      case 'minute':
        return minute
      case 'both':
        return `${hour}${headerDelimiter}${minute}`
      case 'two-lines':
        return [hour, minute]
      case 'garbage':
        return 'user-hour-lim:lots;user-hour-rem:;;=,-1e9'
      case 'none':
        return undefined
    }
  }

  #account(keyId: string): Account {
    let account = this.#accounts.get(keyId)
    if (!account) this.#accounts.set(keyId, (account = { hour: new Window(), minute: new Window() }))
    return account
  }
}
