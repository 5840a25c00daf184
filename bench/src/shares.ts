// Where the memory of an installation lies: what a lane and a member take, and what all lanes share and so lies in one slot.
import type { Redis } from 'ioredis'
import { keyAt, startApple } from './support/apple.ts'
import { measureNode } from './support/cluster-nodes.ts'
import { joins, post } from './support/events.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const LANES = Number(process.env['LANES'] ?? 1_000)
const MEMBERS = Number(process.env['MEMBERS'] ?? 10)

await using apple = await startApple({ keyCount: 1 })
await using product = await startProduct({ appleUrl: apple.emulator.url })
const lanes = await plant(
  product,
  Array.from({ length: LANES }, () => keyAt(apple, 0)),
  'lane',
)
const rested = await memoryByKey(product.client)
for (const { roster } of lanes) await post(product, joins(MEMBERS, { roster, prefix: roster }))
const held = await memoryByKey(product.client)

async function memoryByKey(client: Redis): Promise<{ shared: Map<string, number>; all: number }> {
  const shared = new Map<string, number>()
  const ofLanes = await measureNode(client, (key) => /^fr:\{lane-\d+\}/.test(key), shared)
  return { shared, all: [...shared.values()].reduce((sum, size) => sum + size, ofLanes) }
}

const people = LANES * MEMBERS
printTable(
  `${LANES.toLocaleString('en-US')} lanes with a roster of ${MEMBERS} each, nobody converged yet`,
  ['', 'bytes'],
  [
    ['a lane with its roster, empty', rested.all / LANES],
    ['a member, with the jobs that wait for each', (held.all - rested.all) / people],
    ['all', held.all],
  ],
)
const largest = [...held.shared].sort(([, one], [, other]) => other - one).slice(0, 8)
printTable(
  'What all lanes share, the largest keys',
  ['', 'bytes', 'a lane', '% of all', 'target'],
  largest.map(([key, size]) => [key, size, size / LANES, (size / held.all) * 100, '< 3']),
)
