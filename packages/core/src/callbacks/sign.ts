import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

const SECRET_BYTES = 32

/** A secret as Standard Webhooks writes it; of random bytes unless some are given. */
export function makeSecret(bytes: Buffer = randomBytes(SECRET_BYTES)): string {
  return `whsec_${bytes.toString('base64')}`
}

/** The headers of one try. Every secret signs, so that a receiver may have either during a rotation. */
export function signCallback(options: {
  id: string
  /** When it is sent (ms). */
  at: number
  body: string
  secrets: readonly string[]
}): Record<string, string> {
  const { id, at, body, secrets } = options
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body)).join(' '),
  }
}
