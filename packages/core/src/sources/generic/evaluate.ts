import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PayloadError } from '../source-kind.ts'

export interface Evaluator {
  /** The expression's result as data. Throws MapError where it can't be compiled, PayloadError where it fails on this payload. */
  evaluate(expression: string, payload: string): Promise<unknown>
  /** Throws MapError. */
  compile(expression: string): Promise<void>
  close(): Promise<void>
}

/** The expression itself is at fault; the message says why. */
export class MapError extends Error {
  override readonly name = 'MapError'
}

interface Answer {
  id: number
  text?: string
  fault?: string
}

interface Waiting {
  resolve: (answer: Answer) => void
  timer: NodeJS.Timeout
}

const TIME_LIMIT_MS = 1_000
/** A process needs a moment before its first answer. */
const START_LIMIT_MS = 10_000
const LONGEST_RESULT = 1_000_000
/** MB. A thread's limit would not do: some allocations that fail in a thread end the whole process. */
const EXEC_ARGV = ['--max-old-space-size=64', '--stack-size=900']
const ENTRY = fileURLToPath(new URL('./evaluate-process.js', import.meta.url))

/**
 * Evaluates JSONata in a process with bounded memory, one expression at a time. What takes longer than `timeLimitMs` ends with
 * its process; the next one starts another. JSONata itself reaches neither network nor files. Nothing runs until it is asked.
 */
export function createEvaluator({ timeLimitMs = TIME_LIMIT_MS }: { timeLimitMs?: number } = {}): Evaluator {
  let child: ChildProcess | undefined
  let isWarm = false
  let waiting: (Waiting & { id: number }) | undefined
  let line: Promise<unknown> = Promise.resolve()
  let lastId = 0

  const settle = (answer: Answer) => {
    if (waiting?.id !== answer.id) return
    const { resolve, timer } = waiting
    waiting = undefined
    clearTimeout(timer)
    resolve(answer)
  }
  const end = (fault: string) => {
    child?.kill('SIGKILL')
    child = undefined
    isWarm = false
    if (waiting) settle({ id: waiting.id, fault })
  }
  const start = (): ChildProcess => {
    const started = fork(ENTRY, [], { execArgv: EXEC_ARGV, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.unref()
    started.channel?.unref()
    started.on('message', (answer: Answer) => {
      isWarm = true
      settle(answer)
    })
    const ended = () => started === child && end('it needs too much memory')
    started.on('error', ended)
    started.on('exit', ended)
    return started
  }
  const ask = (source: string, payload: string | undefined) => {
    const turn = line.then(
      () =>
        new Promise<Answer>((resolve) => {
          const id = ++lastId
          child ??= start()
          const limit = isWarm ? timeLimitMs : START_LIMIT_MS
          const timer = setTimeout(() => end(`it takes longer than ${limit} ms`), limit)
          waiting = { id, resolve, timer }
          child.send({ id, source, payload, longest: LONGEST_RESULT })
        }),
    )
    line = turn
    return turn
  }
  const compile = async (expression: string) => {
    const { fault } = await ask(expression, undefined)
    if (fault !== undefined) throw new MapError(`The expression can't be read: ${fault}`)
  }
  return {
    compile,
    async evaluate(expression, payload) {
      // Warms the process, so that the limit is the expression's own.
      await compile(expression)
      const { text, fault } = await ask(expression, payload)
      if (fault !== undefined || text === undefined)
        throw new PayloadError(`The expression failed on this payload: ${fault}.`)
      return JSON.parse(text)
    },
    async close() {
      end('the API is shutting down')
      await line
    },
  }
}
