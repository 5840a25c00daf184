// Posts a recorded payload to the source, signed as Stripe signs: node post-payload.mjs payloads/2-customer.json
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { FLIGHTROSTER_URL, STRIPE_WEBHOOK_SECRET } = process.env
const body = readFileSync(process.argv[2], 'utf8')
const t = Math.floor(Date.now() / 1_000)
const v1 = createHmac('sha256', STRIPE_WEBHOOK_SECRET).update(`${t}.${body}`).digest('hex')

const response = await fetch(`${FLIGHTROSTER_URL}/v1/sources/stripe/receive`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'stripe-signature': `t=${t},v1=${v1}` },
  body,
})
console.log(response.status, await response.text())
process.exitCode = response.ok ? 0 : 1
