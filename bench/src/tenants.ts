// What another tenant's events notice while hostile or clumsy requests of each kind are in flight.
import { setTimeout as sleep } from 'node:timers/promises'
import { keyAt, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { joins } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { startProduct } from './support/product.ts'
import { startSource } from './support/programs.ts'
import { printTable, times } from './support/table.ts'
import { HOSTILE_KINDS } from './support/hostile-kinds.ts'

const AT_ONCE = Number(process.env['AT_ONCE'] ?? 20)
const EVENTS = Number(process.env['EVENTS'] ?? 1000)
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
/** Names of hostile-kinds.ts, comma-separated; all of them where it is absent. */
const KINDS = process.env['KINDS']?.split(',') ?? Object.keys(HOSTILE_KINDS)

await using apple = await startApple({ keyCount: 2 })
await using product = await startProduct({
  appleUrl: apple.emulator.url,
  apiNodeArgs: process.env['API_NODE_ARGS']?.split(' ') ?? [],
})
await connect(product, keyAt(apple, 0))
await connect(product, keyAt(apple, 1), 'other', 'other')
const makeToken = async (body: object) =>
  `Bearer ${(await product.send<{ token: string }>('POST', '/v1/tokens', body)).token}`
// As two tenants have them; nothing is closed to the one that attacks.
const attacker = await makeToken({ name: 'attacker', scopes: ['admin'] })
const tenant = await makeToken({ name: 'tenant', scopes: ['events:write'], rosters: ['other'] })

/** A process of its own sends: what it costs to send is no wait of the tenant's. */
async function attack(kind: string) {
  const sender = await startSource('tenants-sender.ts', {
    KIND: kind,
    AT_ONCE: String(AT_ONCE),
    URL: product.url,
    AUTHORIZATION: attacker,
  })
  return async () => {
    await sender.stop()
    return sender
      .output()
      .split('\n')
      .filter((line) => line === 'answered').length
  }
}

interface Measured {
  waits: number[]
  /** Events that were answered 503. */
  refused: number
}

/** Throws when an event is answered neither 202 nor 503. */
async function timeEvents(): Promise<Measured> {
  const waits: number[] = []
  let refused = 0
  for (const event of joins(EVENTS, { roster: 'other', prefix: 'tenant' })) {
    const begun = performance.now()
    const { status } = await post(event)
    waits.push(performance.now() - begun)
    if (status === 503) refused++
    else if (status !== 202) throw new Error(`An event was answered ${status}.`)
  }
  return { waits, refused }
}

async function post(event: object): Promise<Response> {
  const headers = { authorization: tenant, 'content-type': 'application/json' }
  const answer = await fetch(`${product.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) })
  await answer.arrayBuffer()
  return answer
}

interface Round extends Measured {
  /** Just before, without an attack. */
  quiet: number[]
  sent: number
}

const rounds = new Map<string, Round[]>(KINDS.map((kind) => [kind, []]))
await timeEvents()
for (let round = 0; round < ROUNDS; round++) {
  for (const [kind, of] of rounds) {
    const quiet = (await timeEvents()).waits
    const stop = await attack(kind)
    // Until it sends as fast as it can.
    await sleep(2_000)
    const measured = await timeEvents()
    of.push({ ...measured, quiet, sent: await stop() })
  }
}
const p99 = (waits: number[]) => quantile(waits, 0.99)
const all = [...rounds.values()].flat()
const alone = all.flatMap(({ quiet }) => quiet)
printTable(
  `Another tenant's events beside ${AT_ONCE} hostile requests in flight, ms`,
  ['', 'p50', 'p99', 'p99 to alone, median', 'worst round', '503', 'attacks answered', 'target of p99'],
  [
    ['alone', quantile(alone, 0.5), p99(alone), times(1), '', '', '', ''],
    ...[...rounds].map(([kind, of]): (string | number)[] => {
      const waits = of.flatMap((round) => round.waits)
      // Each beside its own quiet minute: what else the machine does changes from round to round, and is in both.
      const ratios = of.map((round) => p99(round.waits) / p99(round.quiet))
      const count = (what: (round: Round) => number) => of.reduce((sum, round) => sum + what(round), 0)
      return [
        kind,
        quantile(waits, 0.5),
        p99(waits),
        times(quantile(ratios, 0.5)),
        times(Math.max(...ratios)),
        count(({ refused }) => refused),
        count(({ sent }) => sent),
        '< 250 and ≤ 3×',
      ]
    }),
  ],
)
