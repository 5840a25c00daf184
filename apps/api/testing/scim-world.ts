import { AppError } from '@flightroster/core/errors'
import { createSettableClock, type SettableClock } from '@flightroster/core/testing'
import { afterAll, expect } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../packages/core/testing/lane-rig.ts'
import { createDouble, type Double } from './scim-doubles.ts'
import type { Habits } from './scim-habits.ts'
import { createLine, type Fate, type Line } from './scim-line.ts'
import { addScimRoster, connectScim, finish, type ScimClient } from './scim.ts'
import { serveApi, type TestApi } from './serve.ts'

/** Requests that a token has each minute here: few, so that a provider comes to its end. */
const PER_MINUTE = 120

/** A provider at work, and what has become of it at Apple. */
export interface Connected {
  roster: string
  idp: ScimClient
  line: Line
  provider: Double
  /** Waits until these people are in the group at Apple, and nobody else, and nothing is left to be done. */
  isAtApple(...names: string[]): Promise<void>
  /** A new token of the same reach. */
  renewToken(): Promise<void>
  /** How many mails each address of this provider has got. */
  mails(): Record<string, number>
}

/** The API, a worker and Apple's emulator, with providers that push; all by one clock, which tests set. */
export interface ScimWorld {
  api: TestApi
  rig: LaneRig
  clock: SettableClock
  connect(habits: Habits, group: string, chance?: () => Fate | undefined): Promise<Connected>
  /** The rosters can be told nothing, so many times: `after`: they are told, and whoever tells them does not learn it. */
  breakStore(times: number, when: 'before' | 'after'): void
  /** All that the token may send in this minute is sent. */
  exhaust(idp: ScimClient): Promise<void>
  /** What is sent to Apple while `work` is done, and afterwards. */
  callsOf(work: () => Promise<void>): Promise<string[]>
}

/** For one test file, at its top. Only under vitest. */
export async function withScimWorld(): Promise<ScimWorld> {
  const rig = await startLaneRig()
  const clock = createSettableClock()
  const api = await serveApi(
    // Where the clock of the store counts, this is the time of it.
    { clock: { now: Date.now, monotonic: () => clock.monotonic() }, rateLimitPerMinute: PER_MINUTE },
    rig.server,
  )
  afterAll(async () => {
    await api.close()
    await rig[Symbol.asyncDispose]()
  })
  const { emulator } = rig
  const record = api.store.recordChanges.bind(api.store)
  let broken: { times: number; when: 'before' | 'after' } = { times: 0, when: 'before' }
  api.store.recordChanges = async (options) => {
    const { times, when } = broken
    if (times <= 0) return record(options)
    broken = { times: times - 1, when }
    if (when === 'after') await record(options)
    throw new AppError('store_unavailable', { retryAfterMs: 2_000 })
  }
  return {
    api,
    rig,
    clock,
    async connect(habits, group, chance) {
      const roster = group.replaceAll(/[^a-zA-Z0-9]+/g, '-').toLowerCase()
      const { group: atApple } = await rig.addRoster({ id: roster })
      await addScimRoster(api, roster, group, { group: atApple })
      clock.advance(60_000)
      const reach = { rosters: [roster] }
      let current = await connectScim(api, reach)
      const idp: ScimClient = { ...current, call: (...request) => current.call(...request) }
      const line = createLine(idp, clock, chance)
      const madeByHand = habits.pushesGroups ? undefined : await idp.addGroup(group)
      const provider = createDouble(habits, group, line, clock, madeByHand)
      return {
        roster,
        idp,
        line,
        provider,
        async isAtApple(...names) {
          // As every API process does each moment.
          await finish(api)
          await rig.until(async () => {
            expect(emulator.groupMembers(atApple.id).toSorted()).toEqual(
              names.map((name) => provider.addressOf(name)).toSorted(),
            )
            expect(Object.values(await rig.statuses(roster)).filter((status) => status === 'pending')).toEqual([])
          })
        },
        async renewToken() {
          current = await connectScim(api, reach)
        },
        mails() {
          const domain = provider.addressOf('')
          const counts: Record<string, number> = {}
          for (const { email } of emulator.mails())
            if (email.endsWith(domain)) counts[email.split('@')[0] ?? ''] = (counts[email.split('@')[0] ?? ''] ?? 0) + 1
          return counts
        },
      }
    },
    breakStore: (times, when) => void (broken = { times, when }),
    async exhaust(idp) {
      for (let sent = 0; sent <= PER_MINUTE; sent++)
        if ((await idp.call('GET', '/ResourceTypes')).status === 429) return
      throw new Error(`${PER_MINUTE} requests within a minute were all answered`)
    },
    async callsOf(work) {
      const before = emulator.calls().length
      await work()
      for (let visits = 0; visits < 3; visits++) await rig.visit()
      return emulator
        .calls()
        .slice(before)
        .map(({ method, path }) => `${method} ${path}`)
    },
  }
}
