// From 202 to the arrival of Apple's call on an idle system, beside the naive route with a bare BullMQ worker.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, freePort } from '@flightroster/core/testing'
import { creations, keyAt, preciseNow, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { joins } from './support/events.ts'
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
const common = { REDIS_URL: product.redis.url }
await using _route = await startSource('naive/route.ts', { ...common, PORT: String(port) })
const key = JSON.stringify(keyAt(apple, 1))
await using _worker = await startSource('naive/worker.ts', { ...common, APPLE_URL: apple.emulator.url, KEY: key })

function side(name: string, url: string, headers: Record<string, string>) {
  return {
    name,
    async run() {
      const [event] = joins(1)
      const sentAt = preciseNow()
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(event),
      })
      const answeredAt = preciseNow()
      await response.text()
      if (response.status !== 202) throw new Error(`${name} answered ${response.status}`)
      const calledAt = await eventually(() => {
        const at = creations(apple.emulator).get(event?.data.member.email ?? '')
        if (at === undefined) throw new Error(`${name} has not called Apple`)
        return at
      })
      // Idle again before the next one: a visit reads back and gives its lane away.
      await sleep(400)
      return { afterAnswer: calledAt - answeredAt, afterSend: calledAt - sentAt }
    },
  }
}

const sides = [side('ours', product.url, product.headers), side('bare', `http://127.0.0.1:${port}`, {})]
await interleave(sides, WARM_UP)
const results = await interleave(sides, ROUNDS)
const [ours, bare] = [results.get('ours') ?? [], results.get('bare') ?? []]
const row = (name: string, pick: (round: (typeof ours)[number]) => number, share: number, target: string) => {
  const [mine, theirs] = [quantile(ours.map(pick), share), quantile(bare.map(pick), share)]
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
