import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { IDLE_RULE, plantIdle } from '../../../testing/idle.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { laneKeys } from '../../store/index.ts'
import { startReclaim } from '../reclaim/start-reclaim.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const visit = (redis: Redis) => rig.visitBy(redis, { settings: { ...rig.settings, testerUsage: true } })

const inApp = () => rig.emulator.testers().map(({ email }) => email)
const mailsTo = (email: string) => rig.emulator.mails().filter((mail) => mail.email === email).length

it('a seat that is taken back goes to whoever waits, once, whichever write the worker died before', async () => {
  for (let at = 0; ; at += at < 12 ? 1 : 3) {
    const id = `gold-${at}`
    const roster = await rig.addRoster({ id, idle: IDLE_RULE })
    const [idle, waits] = [`idle-${at}`, `waits-${at}`]
    rig.emulator.settings({ seatsPerApp: inApp().length + 1 })
    await rig.join(idle, { roster: id, id: idle })
    await rig.until(() => expect(inApp()).toContain(`${idle}@example.com`))
    await rig.join(waits, { roster: id, id: waits })
    await rig.until(async () => expect((await rig.statuses(id))[waits]).toBe('waiting'))
    await plantIdle(rig.redis, id, [idle])
    await startReclaim(rig.deps, { roster, dryRun: false, members: [idle] })
    const died = await diesAt(rig.redis, at, ({ redis }) => visit(redis))
    await rig.redis.del(laneKeys('acme').lease)
    // What was put off for a minute, since it had ended its worker.
    for (const task of await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1'))
      if (/^(approved|seats):/.test(task)) await rig.due(task)
    await rig.until(async () => {
      await rig.due('seats:1234')
      expect(await rig.statuses(id)).toEqual({ [idle]: 'reclaimed', [waits]: 'invited' })
    })
    expect({
      at,
      mails: mailsTo(`${waits}@example.com`),
      line: await rig.redis.zcard(laneKeys('acme').roster(id).seatLine),
    }).toEqual({
      at,
      mails: 1,
      line: 0,
    })
    expect(rig.emulator.violations()).toEqual([])
    if (!died) break
  }
})
