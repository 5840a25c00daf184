import type { InjectOptions } from 'fastify'
import type { SettableClock } from '@flightroster/core/testing'
import type { ScimAnswer, ScimClient } from './scim.ts'

/** No answer came, or one that says "later". */
export class Fault extends Error {
  readonly retryAfterMs: number | undefined
  readonly isTooMany: boolean

  constructor(answer?: ScimAnswer) {
    super(answer ? `answered ${answer.status}` : 'no answer')
    this.isTooMany = answer?.status === 429
    if (!answer) return
    const seconds = Number(answer.headers['retry-after'])
    if (!(seconds > 0)) throw new Error(`${answer.status} without Retry-After: ${answer.text}`)
    this.retryAfterMs = seconds * 1_000
  }
}

/** An answer that says that the request is wrong. */
export class Refused extends Error {}

/** An answer that says that the token is. */
export class Denied extends Error {}

/**
 * What may befall a request that changes something: its answer is lost, it never arrives, it arrives twice, or it arrives after its own
 * repetition, since whoever sent it waited no longer.
 */
export type Fate = 'lost' | 'never came' | 'twice' | 'late'

/** What is between a provider and the server. */
export interface Line {
  /** Fates of the next requests that change something. */
  next: Fate[]
  /** True: the server is away. */
  fails: boolean
  /** How often each fault happened, those of the server among them. */
  faults: Map<string, number>
  /** What was sent, when by the clock (ms), and how it was answered; 0: not at all. */
  sent: { at: number; method: string; path: string; body: string; status: number }[]
  /** Throws Fault, Refused, Denied. */
  send(method: InjectOptions['method'], path: string, body?: object): Promise<ScimAnswer>
}

/** `chance`: of whatever has no fate; nothing, unless it says otherwise. */
export function createLine(
  idp: ScimClient,
  clock: SettableClock,
  chance: () => Fate | undefined = () => undefined,
): Line {
  let late: { key: string; arrive: () => Promise<unknown> } | undefined
  const count = (fault: string) => line.faults.set(fault, (line.faults.get(fault) ?? 0) + 1)
  const line: Line = {
    next: [],
    fails: false,
    faults: new Map(),
    sent: [],
    async send(method = 'GET', path, body) {
      const text = JSON.stringify(body) ?? ''
      const entry = { at: clock.monotonic(), method, path, body: text, status: 0 }
      line.sent.push(entry)
      const key = `${method} ${path} ${text}`
      const call = () => idp.call(method, path, body)
      const repeats = late?.key === key ? late : undefined
      const drawn = method === 'GET' ? undefined : (line.next.shift() ?? chance())
      const fate = drawn === 'late' && late ? undefined : drawn
      if (fate !== undefined) count(fate)
      if (fate === 'never came' || line.fails) throw new Fault()
      if (fate === 'late') {
        late = { key, arrive: call }
        throw new Fault()
      }
      const answer = await call()
      if (fate === 'twice') await call()
      if (repeats) {
        late = undefined
        await repeats.arrive()
      }
      if (fate === 'lost') throw new Fault()
      entry.status = answer.status
      if (answer.status >= 400 && answer.status !== 404 && answer.status !== 409) count(String(answer.status))
      if (answer.status >= 500 || answer.status === 429) throw new Fault(answer)
      if (answer.status === 401 || answer.status === 403) throw new Denied(answer.text)
      if (answer.status === 400) throw new Refused(answer.text)
      return answer
    },
  }
  return line
}
