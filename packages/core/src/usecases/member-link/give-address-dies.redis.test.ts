import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createStore } from '../../store/index.ts'
import { giveAddress } from './act.ts'
import type { OpenedLink } from './link.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

it.each([null, 'former@example.com'])(
  'upstream is told once of an address that a member gave in place of %s, whichever write its process died before',
  async (email) => {
    const roster = await rig.addRoster()
    for (let at = 0; ; at++) {
      const member = `u-${at}`
      await rig.join(member, { email })
      const opened = async (): Promise<OpenedLink> => {
        const [record] = await rig.store.members('acme', 'gold').findMany([member])
        if (!record) throw new Error('No member.')
        return { roster, record } as OpenedLink
      }
      const link = await opened()
      const told = async () => {
        const facts = await rig.store.lane('acme').facts.peek(10_000)
        return facts.filter((fact) => fact.type === 'member.address_changed' && fact.member === member).length
      }
      const died = await diesAt(rig.redis, at, ({ redis }) =>
        giveAddress({ ...rig.deps, store: createStore(redis) }, link, `new-${at}@example.com`),
      )
      const isRecorded = (await opened()).record.desired.email === `new-${at}@example.com`
      expect({ at, told: await told() }).toEqual({ at, told: isRecorded ? 1 : 0 })
      await giveAddress(rig.deps, await opened(), `new-${at}@example.com`)
      expect({ at, told: await told() }).toEqual({ at, told: 1 })
      await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toContain(`new-${at}@example.com`))
      if (!died) break
    }
  },
)
