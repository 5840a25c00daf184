import { createFairLine } from '../../domain/fair-line.ts'
import { AppError } from '../../errors.ts'
import { PayloadError } from '../source-kind.ts'
import { createEvaluationProcess, type Evaluation, type EvaluationProcess } from './evaluation-process.ts'

/** `actor`: whose turn it takes. */
export interface Evaluator {
  /**
   * The expression's result as data. Throws MapError where it can't be compiled, PayloadError where it fails on this payload,
   * rate_limited where too many of the actor's wait.
   */
  evaluate(expression: string, payload: string, actor: string): Promise<unknown>
  /** Throws MapError, rate_limited. */
  compile(expression: string, actor: string): Promise<void>
  close(): Promise<void>
}

/** The expression itself is at fault; the message says why. */
export class MapError extends Error {
  override readonly name = 'MapError'
}

/** Below the time in which a payload is answered. */
const TIME_LIMIT_MS = 500
const WAITING = { own: 20, all: 500 }
const RETRY_AFTER_MS = 2_000
/** Whose expression had to be ended is evaluated among others of that kind for so long. */
const APART_MS = 10 * 60_000
/** Actors that are kept apart at once. */
const APART = 1_000

/**
 * Evaluates JSONata in processes with bounded memory. What takes longer than `timeLimitMs` ends with its process; the next one
 * starts another. Each actor has its turns, and one whose expression had to be ended has them in a second process: a loop of one
 * tenant is met once by the others, not with each payload. JSONata itself reaches neither network nor files. Nothing runs until it
 * is asked.
 */
export function createEvaluator({ timeLimitMs = TIME_LIMIT_MS }: { timeLimitMs?: number } = {}): Evaluator {
  const usual = createLine(timeLimitMs)
  const apart = createLine(timeLimitMs)
  const apartUntil = new Map<string, number>()

  const isApart = (actor: string) => (apartUntil.get(actor) ?? 0) > performance.now()
  const setApart = (actor: string) => {
    apartUntil.delete(actor)
    apartUntil.set(actor, performance.now() + APART_MS)
    for (const [oldest] of apartUntil) if (apartUntil.size > APART) apartUntil.delete(oldest)
  }
  const inTurn = async <T>(actor: string, work: (process: EvaluationProcess) => Promise<T>): Promise<T> => {
    if (!isApart(actor)) {
      const end = await usual.enter(actor)
      // One before it may have had to be ended meanwhile.
      if (!isApart(actor)) return usual.carryOut(work, end)
      end()
    }
    return apart.carryOut(work, await apart.enter(actor))
  }
  const ask = async (process: EvaluationProcess, actor: string, expression: string, payload?: string) => {
    const answer: Evaluation = await process.ask(expression, payload)
    if (answer.isEnded) setApart(actor)
    return answer
  }
  const compileIn = async (process: EvaluationProcess, actor: string, expression: string) => {
    const { fault } = await ask(process, actor, expression)
    if (fault !== undefined) throw new MapError(`The expression can't be read: ${fault}`)
  }
  return {
    compile: (expression, actor) => inTurn(actor, (process) => compileIn(process, actor, expression)),
    evaluate: (expression, payload, actor) =>
      inTurn(actor, async (process) => {
        // Warms the process, so that the limit is the expression's own.
        await compileIn(process, actor, expression)
        const { text, fault } = await ask(process, actor, expression, payload)
        if (fault !== undefined || text === undefined)
          throw new PayloadError(`The expression failed on this payload: ${fault}.`)
        return JSON.parse(text) as unknown
      }),
    async close() {
      await Promise.all([usual.close(), apart.close()])
    },
  }
}

/** One process, and who is next. */
function createLine(timeLimitMs: number) {
  const process = createEvaluationProcess(timeLimitMs)
  const line = createFairLine({ own: 1, all: 1, waiting: WAITING })
  let underWay: Promise<unknown> = Promise.resolve()
  return {
    async enter(actor: string): Promise<() => void> {
      const end = await line.enter(actor, 1)
      if (end) return end
      const message = 'Many payloads wait for an expression already. Send this one again in a moment.'
      throw new AppError('rate_limited', { message, retryAfterMs: RETRY_AFTER_MS })
    },
    carryOut<T>(work: (process: EvaluationProcess) => Promise<T>, end: () => void): Promise<T> {
      const done = work(process).finally(end)
      underWay = done.catch(() => {})
      return done
    },
    async close() {
      process.close()
      await underWay
    },
  }
}
