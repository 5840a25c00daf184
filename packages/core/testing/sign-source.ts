import { createHmac } from 'node:crypto'

/** Headers as the membership systems sign. */
export function signStripe(secret: string, body: Buffer | string, at: number): Record<string, string> {
  const time = Math.floor(at / 1_000)
  const v1 = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
  return { 'stripe-signature': `t=${time},v1=${v1}` }
}

export function signPatreon(secret: string, body: Buffer | string): Record<string, string> {
  return { 'x-patreon-signature': createHmac('md5', secret).update(body).digest('hex') }
}

export function signGhost(secret: string, body: Buffer | string, at: number): Record<string, string> {
  const hash = createHmac('sha256', secret).update(body).update(String(at)).digest('hex')
  return { 'x-ghost-signature': `sha256=${hash}, t=${at}` }
}
