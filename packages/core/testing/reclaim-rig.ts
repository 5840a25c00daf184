import { expect } from 'vitest'
import type { Roster } from '../src/domain/roster.ts'
import { getReconciliation, startReconciliation } from '../src/usecases/reconcile/index.ts'
import { startReclaim } from '../src/usecases/reclaim/start-reclaim.ts'
import { IDLE_RULE, plantIdle } from './idle.ts'
import { startLaneRig } from './lane-rig.ts'

export const statusOf = (ids: string[], status: string) => Object.fromEntries(ids.map((id) => [id, status]))

/** A lane of its own for each test: they wait for Apple most of the time, together. */
export async function startReclaimRig(rule: Partial<Roster> = {}) {
  const rig = await startLaneRig()
  const gold = await rig.addRoster({ idle: IDLE_RULE, ...rule })
  const plant = (ids: string[], days?: number) => plantIdle(rig.redis, 'gold', ids, days)
  const ask = (ids: string[] | null, dryRun = false) => startReclaim(rig.deps, { roster: gold, dryRun, members: ids })
  return {
    rig,
    gold,
    plant,
    ask,
    join: async (ids: string[], roster = 'gold') => {
      await rig.join(ids, { roster })
      await rig.until(async () => expect(await rig.statuses(roster)).toMatchObject(statusOf(ids, 'invited')))
    },
    reclaim: async (...ids: string[]) => {
      await plant(ids)
      const { id, status } = await ask(ids)
      expect(status).toBe('running')
      await rig.until(async () => expect(await rig.statuses()).toMatchObject(statusOf(ids, 'reclaimed')))
      return id
    },
    inApp: (app = gold.app.id) =>
      rig.emulator
        .testers(app)
        .map(({ email }) => email)
        .sort(),
    mails: () => rig.emulator.mails().length,
    read: async () => {
      const { id } = await startReconciliation({ ...rig.deps, charge: async () => {} }, { roster: gold, dryRun: false })
      return rig.until(async () => {
        const record = await getReconciliation(rig.deps, gold, id)
        expect(record.status).not.toBe('running')
        return record
      })
    },
    recordOf: async (id: string) => (await rig.store.members('acme', 'gold').find(id))!,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      expect(rig.emulator.violations()).toEqual([])
    },
  }
}
