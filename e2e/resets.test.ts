import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually, startCuttingProxy, timePasses } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack, type Stack } from './support/stack.ts'

/** A minute of it finds what no commit waits for. */
const SECONDS = Number(process.env['RESETS_SECONDS'] ?? 20)
const SEED = Number(process.env['RESETS_SEED'] ?? Date.now() % 1_000_000_000)
/** What was cut is made good within this time after. */
const HEALED_MS = 60_000
/** A lane that met one rests for some seconds: in a minute there is not more to cut. */
const CUTS = SECONDS / 2
/** A fetch of jobs: nothing else names these keys in this order. */
const FETCH = /:delayed\r\n\$\d+\r\n\S+:meta\r\n\$\d+\r\n\S+:pc\r\n/

const LANES = ['one', 'two', 'three', 'four']

/** A team key with a roster of its own, and what is going to happen to its people. */
async function openLane({ api, emulator }: Stack, id: string, seed: number) {
  const { issuerId, keyId, privateKeyPem } = emulator.addKey()
  const app = emulator.addApp({ bundleId: `com.${id}.app`, issuerId })
  emulator.addGroup(app.id, { name: 'Team', isInternalGroup: true })
  const group = emulator.addGroup(app.id, { name: id })
  emulator.addBuild(app.id, { groups: [group.id] })
  await api.must('PUT', `/v1/team-keys/${id}`, { issuerId, keyId, privateKey: privateKeyPem }, 201)
  await api.must(
    'PUT',
    `/v1/rosters/${id}`,
    { teamKey: id, app: { bundleId: `com.${id}.app` }, group: { id: group.id } },
    201,
  )
  const ledger = createLedger(seed, id)
  return { id, group: group.id, ledger, events: ledger.shuffle(ledger.lives(SECONDS * 10)) }
}

it(
  `leaves nobody behind, and no job without a holder, when workers lose their connections between a command and its answer (seed ${SEED})`,
  { timeout: SECONDS * 1_000 + 360_000 },
  async () => {
    await using stack = await startStack({ workers: 0, isEmpty: true, emulator: { latencyMs: 20 } })
    await using proxy = await startCuttingProxy(stack.redis.port)
    const url = `redis://127.0.0.1:${proxy.port}`
    for (let worker = 0; worker < 2; worker++) stack.startWorker({ REDIS_URL: url, LOG_LEVEL: 'warn' })
    const lanes = await Promise.all(LANES.map((id, at) => openLane(stack, id, SEED + at)))
    let state = SEED
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32

    const end = Date.now() + SECONDS * 1_000
    const latest = end + 120_000
    proxy.cutAfter((sent) => random() < (FETCH.test(sent.toString('latin1')) ? 0.1 : 0.02), Infinity)
    // A slow machine sends less in the same time, and is given more.
    for (let turn = 0; Date.now() < end || (proxy.cuts() <= CUTS && Date.now() < latest); turn++) {
      for (const { ledger, events } of lanes) {
        const page = events.splice(0, 5)
        if (page.length > 0) await ledger.post(stack.api, page)
      }
      await timePasses(200)
    }
    proxy.cutAfter(() => false, 0)
    console.info(`${proxy.cuts()} connections cut, seed ${SEED}`)
    expect(proxy.cuts()).toBeGreaterThan(CUTS)

    const store = new Redis(stack.redis.url)
    await eventually(
      async () => {
        for (const { id, ledger, group } of lanes) {
          ledger.expectGroup(stack.emulator, group)
          const { body } = await stack.api.get<{ lane: Record<string, number> }>(`/v1/team-keys/${id}`)
          expect(body.lane).toMatchObject({ waiting: 0, active: 0, failed: 0 })
          expect(await store.llen(`fr:{${id}}:lane-${id}:active`)).toBe(0)
        }
        expect(await store.keys('fr:*:lock')).toEqual([])
      },
      { timeoutMs: HEALED_MS, everyMs: 500 },
    )
    store.disconnect()
    // Whoever the law's scan had to record again had been stranded.
    expect(stack.output()).not.toContain('lane.members_recovered')
    expect(stack.emulator.violations()).toEqual([])
  },
)
