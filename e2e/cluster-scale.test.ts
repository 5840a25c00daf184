import { describe, expect, it } from 'vitest'
import { eventually, startReceiver, startRedisCluster, type RedisCluster, timePasses } from '@flightroster/core/testing'
import { createLedger, type Ledger, type MembershipEvent } from './support/ledger.ts'
import { startStack, type Stack } from './support/stack.ts'
import { makeTls } from './support/tls.ts'

/** More lanes take a machine to itself: see docs/scale.md. */
const LANES = Number(process.env['CLUSTER_LANES'] ?? 30)
const AT_ONCE = 8
const WAIT = { timeoutMs: 60_000 + LANES * 60, everyMs: 500 }
const AGAIN = { everyMs: 250 }
const PAUSE_MS = 100

interface Lane {
  id: string
  issuerId: string
  app: string
  group: string
  ledger: Ledger
}

const ENV = { WEBHOOK_ALLOW_PRIVATE: 'true', RATE_LIMIT_PER_MINUTE: '10000000' }

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = items.entries()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [at, item] of left) results[at] = await work(item)
    }),
  )
  return results
}

async function addLane({ api, emulator }: Stack, id: string): Promise<Lane> {
  const { issuerId, keyId, privateKeyPem } = emulator.addKey()
  const app = emulator.addApp({ bundleId: `com.acme.${id}`, name: id, issuerId })
  const group = emulator.addGroup(app.id, { name: 'Beta' })
  emulator.addBuild(app.id, { version: '1', groups: [group.id] })
  await api.must('PUT', `/v1/team-keys/${id}`, { issuerId, keyId, privateKey: privateKeyPem }, 201)
  await api.must('PUT', `/v1/rosters/${id}`, { teamKey: id, app: { id: app.id }, group: { id: group.id } }, 201)
  return { id, issuerId, app: app.id, group: group.id, ledger: createLedger(1, id) }
}

const addLanes = (stack: Stack, count: number) =>
  inTurns(
    Array.from({ length: count }, (_, at) => `lane-${at}`),
    (id) => addLane(stack, id),
  )

/** One person for each lane, up to a thousand in a request; a request that got no 202 is sent again, as upstream would. */
async function postToAll({ api }: Stack, lanes: Lane[], prefix: string): Promise<void> {
  const events = lanes.map(({ id, ledger }) => ledger.joins(1, `${prefix}-${id}`))
  for (let from = 0; from < lanes.length; from += 1_000) {
    const batch: MembershipEvent[] = events.slice(from, from + 1_000).flat()
    await eventually(() => api.must('POST', '/v1/events', batch, 202), AGAIN)
  }
  // Accepted already: it is noted in the ledgers, and changes nothing.
  await inTurns(
    lanes.map((lane, at) => ({ lane, own: events[at] ?? [] })),
    ({ lane, own }) => eventually(() => lane.ledger.postOnce(api, own), AGAIN),
  )
}

function startBurst(stack: Stack, lanes: Lane[]): { stop(): Promise<number> } {
  let posts = 0
  let going = true
  const posting = (async () => {
    for (; going; posts++) {
      await postToAll(stack, lanes, `burst-${posts}`)
      await timePasses(PAUSE_MS)
    }
  })()
  return {
    async stop() {
      going = false
      await posting
      return posts
    },
  }
}

const expectAll = (stack: Stack, lanes: Lane[]) =>
  eventually(() => {
    for (const { ledger, group } of lanes) ledger.expectGroup(stack.emulator, group)
  }, WAIT)

/** Creations by address that were sent more than once. */
function doubled({ emulator }: Stack): string[] {
  const created = emulator.calls().flatMap(({ method, path, body }) => {
    if (method !== 'POST' || path !== '/v1/betaTesters') return []
    return [(body as { data: { attributes: { email: string } } }).data.attributes.email]
  })
  const once = new Set<string>()
  return created.filter((email) => once.has(email) || !once.add(email))
}

async function lanesBy(cluster: RedisCluster, lanes: Lane[]): Promise<Lane[][]> {
  const groups: Lane[][] = cluster.masters.map(() => [])
  for (const lane of lanes) groups[await cluster.firstMasterOf(lane.id)]?.push(lane)
  return groups
}

/** What a step took, printed where it was asked for a size. */
async function timed<T>(name: string, step: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await step()
  if (process.env['CLUSTER_LANES']) {
    process.stdout.write(`${name}: ${((performance.now() - begun) / 1_000).toFixed(1)} s\n`)
  }
  return result
}

describe(`a cluster of three masters with ${LANES} lanes`, () => {
  it('loses no event and doubles no call while slots move, a roster goes to another master, and all nodes start again', async () => {
    await using cluster = await startRedisCluster({ replicas: 0 })
    const [master] = cluster.masters
    if (!master) throw new Error('There is no master.')
    const receiver = await startReceiver()
    await using stack = await startStack({
      redis: master,
      isEmpty: true,
      workers: 2,
      emulator: { quota: { hourLimit: 1_000_000 } },
      env: { ...ENV, REDIS_URL: cluster.url },
    })
    const { api, emulator } = stack
    const settings = { url: receiver.url, types: ['member.invited'], includeEmail: true }
    await api.must('PUT', '/v1/webhooks/crm', settings, 201)
    const lanes = await timed('made', () => addLanes(stack, LANES))
    const before = await lanesBy(cluster, lanes)
    expect(before.every((held) => held.length > 0)).toBe(true)
    await timed('posted', () => postToAll(stack, lanes, 'first'))
    await timed('visited', () => expectAll(stack, lanes))

    // Under load: half of what the first master holds goes to the second, with whatever waits there.
    const [moving = []] = before
    const half = moving.slice(0, Math.max(1, Math.min(moving.length / 2, 500)))
    const burst = startBurst(stack, [...half, ...lanes.slice(-5)].slice(-100))
    const ids = half.map(({ id }) => id)
    expect(await timed('slots moved', () => cluster.moveSlots(ids, 1))).toBeGreaterThan(half.length)
    for (const id of ids) expect(await cluster.firstMasterOf(id)).toBe(1)

    // A roster whose next team key lies on another master.
    const mover = before[2]?.[0]
    const numbers = Array.from({ length: 20 }, (_, at) => `next-${at}`)
    const masters = await Promise.all(numbers.map((id) => cluster.firstMasterOf(id)))
    const next = numbers[masters.indexOf(0)]
    if (!mover || next === undefined) throw new Error('There is nothing to move.')
    const { keyId, privateKeyPem } = emulator.addKey({ issuerId: mover.issuerId })
    const key = { issuerId: mover.issuerId, keyId, privateKey: privateKeyPem }
    await eventually(() => api.must('PUT', `/v1/team-keys/${next}`, key, 201), AGAIN)
    const target = { teamKey: next, app: { id: mover.app }, group: { id: mover.group } }
    await eventually(() => api.must('PUT', `/v1/rosters/${mover.id}`, target, 200), AGAIN)
    await eventually(async () => {
      const { body } = await api.get<{ teamKey: string }>(`/v1/rosters/${mover.id}`)
      expect(body.teamKey).toBe(next)
    }, WAIT)
    expect(await burst.stop()).toBeGreaterThan(0)
    await timed('all in', () => expectAll(stack, lanes))
    expect(doubled(stack)).toEqual([])

    await timed('all nodes started again', () => cluster.restartAll())
    await postToAll(stack, lanes, 'after')
    await timed('visited again', () => expectAll(stack, lanes))
    for (const { ledger } of [mover, ...half.slice(0, 5)]) await ledger.expectAllKnown(api)

    const shown = await timed('pages', () => Promise.all([api.all('/v1/lanes'), api.all('/v1/rosters')]))
    expect(shown.map(({ length }) => length)).toEqual([LANES + 1, LANES])
    await eventually(() => {
      const told = new Set(receiver.received.map(({ body }) => body.data['member'].email))
      expect(emulator.mails().filter(({ email }) => !told.has(email.toLowerCase()))).toEqual([])
    }, WAIT)
    expect([doubled(stack), emulator.violations()]).toEqual([[], []])
    await receiver.close()
  })
})

describe('a cluster that is asked by TLS', () => {
  it('takes events and leads them to Apple, also where slots move; a worker that does not know the authority does not start', async () => {
    await using tls = await makeTls()
    await using cluster = await startRedisCluster({ replicas: 0, tls })
    const [master] = cluster.masters
    if (!master) throw new Error('There is no master.')
    await using stack = await startStack({
      redis: master,
      isEmpty: true,
      env: { ...ENV, REDIS_URL: cluster.url, NODE_EXTRA_CA_CERTS: tls.ca },
    })
    const lanes = await addLanes(stack, 6)
    await postToAll(stack, lanes, 'first')
    await cluster.moveSlots([lanes[0]?.id ?? ''], 1)
    await cluster.moveSlots([lanes[0]?.id ?? ''], 2)
    await postToAll(stack, lanes, 'second')
    await expectAll(stack, lanes)
    expect([doubled(stack), stack.emulator.violations()]).toEqual([[], []])

    const stranger = stack.startWorker({ NODE_EXTRA_CA_CERTS: '' })
    await eventually(() => expect(stranger.output()).toContain('store.connection_lost'), AGAIN)
    expect(stranger.output()).not.toContain('worker.started')
  })
})
