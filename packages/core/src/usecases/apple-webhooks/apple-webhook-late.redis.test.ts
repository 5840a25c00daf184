import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHmac } from 'node:crypto'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { SteppedProcess } from '../../../testing/interleaver.ts'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { isAppError } from '../../errors.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore, type Store } from '../../store/index.ts'
import { buildsTask } from '../builds/index.ts'
import { sealContext } from '../team-keys/index.ts'
import { dropUnusedWebhook } from './take-back.ts'
import { takeBack } from './take-back.ts'
import { receiveAppleWebhook, registerAppleWebhook, removeAppleWebhook } from './index.ts'
import { webhookSealContext, type AppleWebhookDeps } from './register-apple-webhook.ts'

const APP = '1234'
const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const elsewhere = createSealer({ current: Buffer.alloc(32, 8) })

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  await rig.addRoster({ id: 'silver' })
  const key = makeTeamKey({ id: 'acme', sealedPrivateKey: sealer.seal('secret', sealContext('acme')) })
  await rig.store.teamKeys.put(key)
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const depsWith = (store: Store): AppleWebhookDeps => ({
  store,
  clock: rig.deps.clock,
  sealer,
  apple: { session: () => rig.session() },
  gateFor: () => ({ admit: async () => {}, note: () => {} }),
  // Nobody listens there.
  publicUrl: 'http://127.0.0.1:9',
})
const by = ({ redis }: Pick<SteppedProcess, 'redis'>) => depsWith(createStore(redis))
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (isAppError(error) ? error.code : error),
  )

/** Ids of all webhooks that Apple has for the app. */
const atApple = async () =>
  (await rig.emulator.fireWebhook(APP, 'BUILD_UPLOAD_STATE_UPDATED', { type: 'buildUploads', id: 'b' })).map(
    ({ webhookId }) => webhookId,
  )
const kept = async () => {
  const records = await rig.store.appleWebhooks.list()
  const pointers = await rig.redis.hgetall('fr:apple-webhook-of-app')
  return { records: records.map(({ id, appleId, rosters }) => ({ id, appleId, rosters })), pointers }
}
const clear = async () => {
  for (const roster of ['gold', 'silver']) await codeOf(removeAppleWebhook(depsWith(rig.store), roster))
  await rig.redis.del('fr:apple-webhooks', 'fr:apple-webhook-of-app', ...(await rig.redis.keys('*kept:webhook*')))
  for (const id of await atApple()) await rig.session().deleteWebhook(id)
}
/** One registration, at Apple and here, which these rosters use. */
const expectOne = async (at: number, ...rosters: string[]) => {
  const { records, pointers } = await kept()
  const [first] = records
  expect({ at, records, pointers }).toEqual({
    at,
    records: [{ id: first?.id, appleId: (await atApple())[0], rosters }],
    pointers: { [APP]: first?.id },
  })
  expect({ at, apple: await atApple() }).toEqual({ at, apple: [first?.appleId] })
}

it('a roster that registers while another takes the webhook back has one, whoever is late', async () => {
  for (const first of ['register', 'remove']) {
    for (let at = 0; ; at++) {
      await registerAppleWebhook(depsWith(rig.store), 'gold')
      const register = (process: SteppedProcess) => codeOf(registerAppleWebhook(by(process), 'silver'))
      const remove = (process: SteppedProcess) => codeOf(removeAppleWebhook(by(process), 'gold'))
      let answer: unknown
      const told = async (process: SteppedProcess) => void (answer = await register(process))
      const lagged = await (first === 'register'
        ? lagsAt(rig.redis, at, told, remove)
        : lagsAt(rig.redis, at, remove, told))
      expect(['done', 'conflict']).toContain(answer)
      if (answer === 'conflict') await registerAppleWebhook(depsWith(rig.store), 'silver')
      await expectOne(at, 'silver')
      await clear()
      if (!lagged) break
    }
  }
})

it('a roster that registers while its lane drops the webhook of an app without rosters has one', async () => {
  for (let at = 0; ; at++) {
    await registerAppleWebhook(depsWith(rig.store), 'gold')
    const [known] = await rig.store.appleWebhooks.list()
    await rig.store.appleWebhooks.update(known!.id, (record) => ({ ...record, rosters: ['gone'] }))
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => dropUnusedWebhook({ store: createStore(redis), session: rig.session() }, APP),
      (process) => codeOf(registerAppleWebhook(by(process), 'silver')),
    )
    if (!lagged) break
    const { records } = await kept()
    await expectOne(at, ...(records[0]?.rosters.includes('gone') ? ['gone', 'silver'] : ['silver']))
    await clear()
  }
})

/** Two processes register at once, wherever one of them stands still: there is one webhook. `before`: what there was. */
async function registerTogether(before: () => Promise<unknown> = async () => {}): Promise<void> {
  const register = (process: SteppedProcess) => codeOf(registerAppleWebhook(by(process), 'gold'))
  for (let at = 0; ; at++) {
    await before()
    const lagged = await lagsAt(rig.redis, at, register, register)
    await expectOne(at, 'gold')
    await clear()
    if (!lagged) return
  }
}

it('two processes that register at once have one webhook at Apple', () => registerTogether())

it('two processes that renew a secret which no key opens have one webhook at Apple, signed with the secret that is kept', () =>
  registerTogether(async () => {
    await registerAppleWebhook(depsWith(rig.store), 'gold')
    const [known] = await rig.store.appleWebhooks.list()
    const sealedSecret = elsewhere.seal('lost', webhookSealContext(known!.id))
    await rig.store.appleWebhooks.update(known!.id, (record) => ({ ...record, sealedSecret }))
  }))

it('a registration is made, and taken back, by whoever asks again, whichever write the process died before', async () => {
  for (let at = 0; ; at++) {
    const died = await diesAt(rig.redis, at, (process) => registerAppleWebhook(by(process), 'gold'))
    await registerAppleWebhook(depsWith(rig.store), 'gold')
    await expectOne(at, 'gold')
    await clear()
    if (!died) break
  }
  for (let at = 0; ; at++) {
    await registerAppleWebhook(depsWith(rig.store), 'gold')
    const died = await diesAt(rig.redis, at, (process) => removeAppleWebhook(by(process), 'gold'))
    await codeOf(removeAppleWebhook(depsWith(rig.store), 'gold'))
    expect({ at, ...(await kept()), apple: await atApple() }).toEqual({ at, records: [], pointers: {}, apple: [] })
    if (!died) break
  }
})

it('what Apple made for a process that died is taken back with the registration', async () => {
  for (let at = 0; ; at++) {
    const died = await diesAt(rig.redis, at, (process) => registerAppleWebhook(by(process), 'gold'))
    await codeOf(removeAppleWebhook(depsWith(rig.store), 'gold'))
    expect({ at, ...(await kept()), apple: await atApple() }).toEqual({ at, records: [], pointers: {}, apple: [] })
    if (!died) break
  }
})

it('one that Apple made for a process that died is taken over, signed with the secret that is kept by now', async () => {
  let hasDied = false
  for (let at = 0; ; at++) {
    const died = await diesAt(rig.redis, at, (process) => registerAppleWebhook(by(process), 'gold'))
    const [made] = await atApple()
    const [known] = await rig.store.appleWebhooks.list()
    if (known && made !== undefined && known.appleId === null) {
      hasDied = true
      const sealedSecret = elsewhere.seal('lost', webhookSealContext(known.id))
      await rig.store.appleWebhooks.update(known.id, (record) => ({ ...record, sealedSecret }))
      const { webhook } = await registerAppleWebhook(depsWith(rig.store), 'gold')
      const secret = sealer.open(webhook.sealedSecret, webhookSealContext(webhook.id))
      expect(rig.emulator.calls().findLast(({ method }) => method === 'PATCH')?.body).toMatchObject({
        data: { id: made, attributes: { secret, url: webhook.url, enabled: true } },
      })
      await expectOne(at, 'gold')
    }
    await clear()
    if (!died) break
  }
  expect(hasDied).toBe(true)
})

it('where Apple lists no webhooks of an app, one is made as before', async () => {
  let hasAsked = false
  rig.emulator.failNext({ kind: 'status', status: 404, match: { path: '/v1/apps/{id}/webhooks' }, times: 1000 })
  for (let at = 0; ; at++) {
    const died = await diesAt(rig.redis, at, (process) => registerAppleWebhook(by(process), 'gold'))
    await registerAppleWebhook(depsWith(rig.store), 'gold')
    hasAsked ||= rig.emulator.calls().some(({ path, status }) => path.endsWith('/webhooks') && status === 404)
    const [record] = (await kept()).records
    expect(record).toMatchObject({ appleId: expect.any(String), rosters: ['gold'] })
    expect(await atApple()).toContain(record?.appleId)
    await clear()
    if (!died) break
  }
  expect(hasAsked).toBe(true)
})

it('what Apple registers late is taken back there, where the registration is on its way out by then', async () => {
  for (let at = 0; ; at++) {
    const leaving: AppleWebhook[] = []
    const lagged = await lagsAt(
      rig.redis,
      at,
      (process) => codeOf(registerAppleWebhook(by(process), 'gold')),
      async ({ redis }) => {
        const { appleWebhooks } = createStore(redis)
        for (const { id } of await appleWebhooks.list()) {
          const one = await appleWebhooks.update(id, (record) => ({ ...record, rosters: [] }))
          if (one) leaving.push(one)
        }
      },
    )
    // Goes on after its first write.
    for (const one of leaving) await takeBack({ store: rig.store, session: rig.session() }, one)
    await codeOf(removeAppleWebhook(depsWith(rig.store), 'gold'))
    expect({ at, ...(await kept()), apple: await atApple() }).toEqual({ at, records: [], pointers: {}, apple: [] })
    if (!lagged) break
  }
})

it("a delivery of Apple's is heard, whichever write its process died before", async () => {
  const { webhook } = await registerAppleWebhook(depsWith(rig.store), 'gold')
  const secret = sealer.open(webhook.sealedSecret, webhookSealContext(webhook.id))
  for (let at = 0; ; at++) {
    const body = Buffer.from(JSON.stringify({ data: { type: 'buildUploadStateUpdated', id: `d-${at}` } }))
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const receive = (store: Store) =>
      receiveAppleWebhook({ ...depsWith(store) }, { registration: webhook.id, signature, body })
    const { schedule } = rig.store.lane('acme')
    await schedule.replan(buildsTask(APP), Date.now() + 600_000)
    const died = await diesAt(rig.redis, at, ({ redis }) => receive(createStore(redis)))
    if (died) await receive(rig.store)
    const [due] = await schedule.dueAt([buildsTask(APP)])
    expect(due).toBeLessThan(Date.now() + 60_000)
    if (!died) break
  }
})
