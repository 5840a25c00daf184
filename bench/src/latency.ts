// From 202 to the arrival of Apple's call on an idle system, beside the naive route with a bare BullMQ worker; and from a source's payload.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, freePort, signGhost } from '@flightroster/core/testing'
import { creations, keyAt, preciseNow, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { joins, type MembershipEvent } from './support/events.ts'
import { interleave, quantile } from './support/measure.ts'
import { startProduct } from './support/product.ts'
import { startSource } from './support/programs.ts'
import { printTable, times } from './support/table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 80)
const WARM_UP = 10

await using apple = await startApple({ keyCount: 2 })
await using product = await startProduct({ appleUrl: apple.emulator.url })
await connect(product, keyAt(apple, 0))
product.startWorker()
const port = await freePort()
const common = { REDIS_URL: product.redisUrl }
await using _route = await startSource('naive/route.ts', { ...common, PORT: String(port) })
const key = JSON.stringify(keyAt(apple, 1))
await using _worker = await startSource('naive/worker.ts', { ...common, APPLE_URL: apple.emulator.url, KEY: key })

const SECRET = 'of-the-sender'
const ghost = { kind: 'ghost', secret: SECRET, rosters: { free: 'gold' } }
await product.send('PUT', '/v1/sources/blog', ghost)

interface Request {
  url: string
  headers: Record<string, string>
  body: string
}

/** The same person as an event, and as Ghost tells of a new member. */
const asEvent =
  (url: string, headers: Record<string, string>) =>
  (event: MembershipEvent): Request => ({
    url: `${url}/v1/events`,
    headers,
    body: JSON.stringify(event),
  })
function asPayload({ time, data }: MembershipEvent): Request {
  const { id, email } = data.member
  const current = { id, email, name: 'Ann Lee', status: 'free', created_at: time, updated_at: time, tiers: [] }
  const body = JSON.stringify({ member: { current, previous: {} } })
  return { url: `${product.url}/v1/sources/blog/receive`, headers: signGhost(SECRET, body, Date.now()), body }
}

function side(name: string, toRequest: (event: MembershipEvent) => Request) {
  return {
    name,
    async run() {
      const [event] = joins(1)
      if (!event) throw new Error('There is no event.')
      const { url, headers, body } = toRequest(event)
      const sentAt = preciseNow()
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      })
      const answeredAt = preciseNow()
      await response.text()
      if (!response.ok) throw new Error(`${name} answered ${response.status}`)
      const calledAt = await eventually(() => {
        const at = creations(apple.emulator).get(event.data.member.email ?? '')
        if (at === undefined) throw new Error(`${name} has not called Apple`)
        return at
      })
      // Idle again before the next one: a visit reads back and gives its lane away.
      await sleep(400)
      return { afterAnswer: calledAt - answeredAt, afterSend: calledAt - sentAt }
    },
  }
}

const sides = [
  side('ours', asEvent(product.url, product.headers)),
  side('bare', asEvent(`http://127.0.0.1:${port}`, {})),
  side('payload', asPayload),
]
await interleave(sides, WARM_UP)
const results = await interleave(sides, ROUNDS)
const roundsOf = (name: string) => results.get(name) ?? []
type Round = ReturnType<typeof roundsOf>[number]
const row = (name: string, pick: (round: Round) => number, share: number, target: string) => {
  const [mine, theirs] = [quantile(roundsOf('ours').map(pick), share), quantile(roundsOf('bare').map(pick), share)]
  return [name, mine, theirs, times(mine / theirs), target]
}
printTable(
  `From event to Apple's call, idle system, ms (${ROUNDS} events by turns)`,
  ['', 'ours', 'bare BullMQ', 'ratio', 'target'],
  [
    row('202 → call, p50', (round) => round.afterAnswer, 0.5, '< 50'),
    row('202 → call, p90', (round) => round.afterAnswer, 0.9, ''),
    row('sent → call, p50', (round) => round.afterSend, 0.5, ''),
    row('sent → call, p90', (round) => round.afterSend, 0.9, ''),
  ],
)
printTable(
  "From a source's payload, received, to Apple's call, ms",
  ['', 'ours', 'target'],
  [0.5, 0.9].map((share) => [
    `sent → call, p${share * 100}`,
    quantile(
      roundsOf('payload').map(({ afterSend }) => afterSend),
      share,
    ),
    share === 0.5 ? '< 300' : '',
  ]),
)
