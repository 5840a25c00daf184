import { AppError } from '@flightroster/core/errors'
import type { Log } from '@flightroster/core/log'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_TYPE, toProblem } from './to-problem.ts'

const TOO_SLOW = { status: 408, message: 'The request did not come in time.' }
const TOO_LONG = { status: 431, message: 'The headers are too long: 16 KB at most.' }
const NO_HTTP = { status: 400, message: 'This is not an HTTP request' }

const ENDINGS: Readonly<Record<string, typeof NO_HTTP | undefined>> = {
  ERR_HTTP_REQUEST_TIMEOUT: TOO_SLOW,
  HPE_HEADER_OVERFLOW: TOO_LONG,
}

interface ParserError extends NodeJS.ErrnoException {
  /** What is wrong, in words of Node's parser; nothing of what was sent is in it. */
  reason?: string
}

const notHttp = ({ reason }: ParserError) => ({
  ...NO_HTTP,
  message: reason ? `${NO_HTTP.message}: ${reason}.` : `${NO_HTTP.message}.`,
})

/** What never became a request: no hook and no handler sees it, so it is answered and logged from here. */
export function answerClientError(log: Log): (error: ParserError, socket: Socket) => void {
  return (error, socket) => {
    // Whoever has hung up gets no answer.
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
    const { status, message } = ENDINGS[error.code ?? ''] ?? notHttp(error)
    const requestId = randomUUID()
    const problem = { ...toProblem(new AppError('request_invalid', { message }), requestId), status }
    const body = JSON.stringify(problem)
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
    const told = { requestId, method: 'none', route: 'none', status, ms: 0, actor: null, code: problem.code }
    log.info(told, 'request.done')
  }
}
