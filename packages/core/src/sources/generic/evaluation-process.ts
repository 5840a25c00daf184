import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Either the result as JSON, or why there is none. */
export interface Evaluation {
  text?: string
  fault?: string
  /** It was ended by its limits of time and memory. */
  isEnded?: boolean
}

/** One question at a time. */
export interface EvaluationProcess {
  /** `payload`: undefined to see only whether the expression can be read. */
  ask(expression: string, payload: string | undefined): Promise<Evaluation>
  close(): void
}

interface Waiting {
  id: number
  resolve: (answer: Evaluation) => void
  timer: NodeJS.Timeout
}

/** A process needs a moment before its first answer. */
const START_LIMIT_MS = 10_000
const CLOSING = 'the API is shutting down'
const LONGEST_RESULT = 1_000_000
/** MB. A thread's limit would not do: some allocations that fail in a thread end the whole process. */
const EXEC_ARGV = ['--max-old-space-size=64', '--stack-size=900']
const ENTRY = fileURLToPath(new URL('./evaluate-process.js', import.meta.url))

/** Bounded in memory and time: what takes too much ends with its process, and the next question starts another. */
export function createEvaluationProcess(timeLimitMs: number): EvaluationProcess {
  let child: ChildProcess | undefined
  let isWarm = false
  let waiting: Waiting | undefined
  let lastId = 0
  let isClosed = false

  const settle = ({ id, ...answer }: Evaluation & { id: number }) => {
    if (waiting?.id !== id) return
    const { resolve, timer } = waiting
    waiting = undefined
    clearTimeout(timer)
    resolve(answer)
  }
  const end = (fault: string) => {
    child?.kill('SIGKILL')
    child = undefined
    isWarm = false
    if (waiting) settle({ id: waiting.id, fault, isEnded: true })
  }
  const start = (): ChildProcess => {
    const started = fork(ENTRY, [], { execArgv: EXEC_ARGV, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.unref()
    started.channel?.unref()
    started.on('message', (answer: Evaluation & { id: number }) => {
      isWarm = true
      settle(answer)
    })
    const ended = () => started === child && end('it needs too much memory')
    started.on('error', ended)
    started.on('exit', ended)
    return started
  }
  return {
    ask: (source, payload) =>
      new Promise((resolve) => {
        if (isClosed) return resolve({ fault: CLOSING })
        const id = ++lastId
        child ??= start()
        const limit = isWarm ? timeLimitMs : START_LIMIT_MS
        const timer = setTimeout(() => end(`it takes longer than ${limit} ms`), limit)
        waiting = { id, resolve, timer }
        child.send({ id, source, payload, longest: LONGEST_RESULT })
      }),
    close() {
      isClosed = true
      end(CLOSING)
    },
  }
}
