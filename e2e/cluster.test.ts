import type { Emulator } from '@flightroster/emulator'
import { describe, expect, it } from 'vitest'
import {
  eventually,
  startRedisCluster,
  type RedisCluster,
  type TestRedis,
  timePasses,
} from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { createLedger, type Ledger } from './support/ledger.ts'
import { connectScim } from './support/scim.ts'
import { startStack, type Stack } from './support/stack.ts'

/** What is promised of the time after the promotion. */
const BACK = { timeoutMs: 30_000, everyMs: 250 }
const WAIT = { timeoutMs: 120_000, everyMs: 500 }
const PACE_MS = 50

/** A team key with one roster, and what was accepted for it. */
interface Customer {
  teamKey: string
  group: string
  ledger: Ledger
}

/** One customer on each master, in their order. */
async function addCustomers(stack: Stack, cluster: RedisCluster): Promise<Customer[]> {
  const customers: Customer[] = []
  for (let number = 0; customers.filter(Boolean).length < cluster.masters.length; number++) {
    const teamKey = `team-${number}`
    const at = await cluster.firstMasterOf(teamKey)
    customers[at] ??= await addCustomer(stack, teamKey)
  }
  return customers
}

async function addCustomer({ api, emulator }: Stack, teamKey: string): Promise<Customer> {
  const { issuerId, keyId, privateKeyPem } = emulator.addKey()
  const app = emulator.addApp({ bundleId: `com.acme.${teamKey}`, name: teamKey, issuerId })
  const group = emulator.addGroup(app.id, { name: 'Beta' })
  emulator.addBuild(app.id, { version: '1', groups: [group.id] })
  await api.must('PUT', `/v1/team-keys/${teamKey}`, { issuerId, keyId, privateKey: privateKeyPem }, 201)
  await api.must('PUT', `/v1/rosters/${teamKey}`, { teamKey, app: { id: app.id }, group: { id: group.id } }, 201)
  return { teamKey, group: group.id, ledger: createLedger(1, teamKey) }
}

/** Refused for its replicas, each time; where a busy store did not answer in time, it is sent again. */
async function expectUnheard(post: () => Promise<void>): Promise<void> {
  const isAccepted = await eventually(async () => {
    const refusal = await post().catch((error: unknown) => String(error))
    if (refusal !== undefined) expect(refusal).toContain('Only 0 of 1 replicas confirmed')
    return refusal === undefined
  })
  expect(isAccepted).toBe(false)
}

/** Posts for one customer after the other; what is not answered with 202 is not in a ledger. */
function startBurst(stack: Stack, customers: Customer[]): { stop(): Promise<void> } {
  let going = true
  const posting = customers.map(async ({ ledger }) => {
    for (let post = 0; going; post++) {
      await ledger.postOnce(stack.api, ledger.joins(2, `burst-${post}`)).catch(() => {})
      await timePasses(PACE_MS)
    }
  })
  return {
    async stop() {
      going = false
      await Promise.all(posting)
    },
  }
}

const size = (emulator: Emulator, { group }: Customer) => emulator.groupMembers(group).length

type Failure = (master: TestRedis) => Promise<void>

const isKilled: Failure = (master) => master.kill()

/** As a machine that is cut off: nothing says that the connections are dead. */
const fallsSilent: Failure = async (master) => master.freeze()

describe('a master that fails in the middle of a burst, with REDIS_WAIT_REPLICAS=1', () => {
  it.each([
    ['is killed', isKilled],
    ['falls silent', fallsSilent],
  ])('loses nothing that was answered with 202 when it %s, and all go on with the promoted one', async (_, fail) => {
    await using cluster = await startRedisCluster()
    const [master] = cluster.masters
    if (!master) throw new Error('There is no master.')
    await using stack = await startStack({
      redis: master,
      isEmpty: true,
      env: { REDIS_URL: cluster.url, REDIS_WAIT_REPLICAS: '1' },
    })
    const customers = await addCustomers(stack, cluster)
    const burst = startBurst(stack, customers)
    await eventually(() => {
      for (const customer of customers) expect(size(stack.emulator, customer)).toBeGreaterThan(10)
    }, WAIT)
    await fail(master)
    await eventually(async () => expect(await cluster.portOf(customers[0]!.teamKey)).not.toBe(master.port), WAIT)
    await Promise.all(
      customers.map(async ({ ledger, group }) => {
        await eventually(() => ledger.postOnce(stack.api, ledger.joins(1, 'after')), BACK)
        await eventually(() => expect(stack.emulator.groupMembers(group)).toContain('after-0@example.com'), BACK)
      }),
    )
    await burst.stop()
    for (const { ledger, group } of customers) {
      await eventually(() => ledger.expectAllIn(stack.emulator, group), WAIT)
      await ledger.expectAllKnown(stack.api)
    }
    expect(stack.emulator.violations()).toEqual([])
  })
})

describe('what concerns one node of a cluster', () => {
  it('asks the replicas of the master that took the write, and looks at the settings of every master', async () => {
    // One replica each: a second one of another master would move to the one whose own fell silent, and confirm its writes.
    await using cluster = await startRedisCluster({ replicas: 3 })
    const [first, second] = cluster.masters
    if (!first || !second) throw new Error('There are no masters.')
    await using stack = await startStack({
      redis: first,
      isEmpty: true,
      workers: 0,
      env: { REDIS_URL: cluster.url, REDIS_WAIT_REPLICAS: '1' },
    })
    const [heard, unheard] = await addCustomers(stack, cluster)
    if (!heard || !unheard) throw new Error('There are no customers.')
    for (const replica of cluster.replicasOf(1)) replica.freeze()
    await heard.ledger.post(stack.api, heard.ledger.joins(1, 'first'))
    // Several times, since another master would be asked by chance.
    for (let post = 0; post < 6; post++) {
      await expectUnheard(() => unheard.ledger.postOnce(stack.api, unheard.ledger.joins(1, `unheard-${post}`)))
    }
    for (const replica of cluster.replicasOf(1)) replica.thaw()
    await eventually(() => unheard.ledger.postOnce(stack.api, unheard.ledger.joins(1, 'heard')), WAIT)

    const client = new Redis(second.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    client.disconnect()
    await eventually(async () => {
      const { status, body } = await stack.api.get('/readyz')
      expect([status, body['detail']]).toEqual([503, expect.stringContaining(`127.0.0.1:${second.port}: Redis runs`)])
    })
  })
})

describe('SCIM on a cluster', () => {
  it('leads from users and a group to Apple and back, on whichever masters their keys lie', async () => {
    await using cluster = await startRedisCluster()
    const [master] = cluster.masters
    if (!master) throw new Error('There is no master.')
    await using stack = await startStack({ redis: master, isEmpty: true, env: { REDIS_URL: cluster.url } })
    const customers = await addCustomers(stack, cluster)
    const { api, emulator } = stack
    const scim = await connectScim(api)
    const people = ['ann', 'bob', 'cyd']
    const ids: string[] = []
    for (const name of people) ids.push((await scim('POST', '/Users', { userName: `${name}@example.com` })).id)
    const members = ids.map((value) => ({ value }))
    for (const { teamKey } of customers) {
      await scim('POST', '/Groups', { displayName: teamKey, members })
      const roster = await api.must<Record<string, any>>('GET', `/v1/rosters/${teamKey}`, undefined, 200)
      const settings = { teamKey, app: { id: roster['app'].id }, group: { id: roster['group'].id }, scimGroup: teamKey }
      await api.must('PUT', `/v1/rosters/${teamKey}`, settings, 200)
    }
    const inApple = () => customers.map(({ group }) => emulator.groupMembers(group).sort())
    const all = people.map((name) => `${name}@example.com`)
    await eventually(() => expect(inApple()).toEqual(customers.map(() => all)), WAIT)
    await scim('PATCH', `/Users/${ids[0]}`, { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] })
    await scim('DELETE', `/Users/${ids[1]}`)
    await eventually(() => expect(inApple()).toEqual(customers.map(() => ['cyd@example.com'])), WAIT)
  })
})
