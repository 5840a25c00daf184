import type { Transporter } from 'nodemailer'
import { isObject } from '../domain/shape.ts'
import type { CallbackAnswer } from './send-callback.ts'

/** A plain text mail to one address. */
export interface OutgoingMail {
  to: string
  subject: string
  text: string
}

/** Where mails of this installation go out. */
export interface Mailer {
  /** One try. Never throws for what happens on the wire; `status`: of SMTP's answer. */
  send(mail: OutgoingMail): Promise<Omit<CallbackAnswer, 'isAborted'>>
  close(): void
}

const TIMEOUT_MS = 15_000
const ANSWER_LENGTH = 1_024

/** `url`: smtp:// or smtps://, with user name and password where the server wants them. */
export function createMailer(url: string, from: string, timeoutMs = TIMEOUT_MS): Mailer {
  let opened: Promise<Transporter<{ response: string }>> | undefined
  /** With the first mail, since most processes never send one. */
  const open = async () => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A message is text of ours: it has no business with files or other addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  return {
    async send({ to, subject, text }) {
      const started = performance.now()
      const tell = (status: number | null, answer: string) => ({
        status,
        answer: answer.slice(0, ANSWER_LENGTH),
        durationMs: Math.round(performance.now() - started),
      })
      try {
        // As an object: an address is never read as a list of them.
        const { response } = await (
          await (opened ??= open())
        ).sendMail({ from, to: { name: '', address: to }, subject, text })
        return tell(250, response)
      } catch (error) {
        const { responseCode, response, code } = isObject(error) ? error : {}
        return tell(
          typeof responseCode === 'number' ? responseCode : null,
          typeof response === 'string'
            ? response
            : `The mail server gave no answer (${typeof code === 'string' ? code : 'no reason'}).`,
        )
      }
    },
    close: () => void opened?.then((transport) => transport.close()),
  }
}
