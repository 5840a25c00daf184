import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { acceptEvents } from '../intake/index.ts'
import { findPerson } from '../members/find-person.ts'
import { erasePerson } from '../people/erase-person.ts'

/** As a keyboard writes it, and as a file of a Mac has it: they look the same. */
const [NFC, NFD] = ['jos\u00e9@example.com', 'jose\u0301@example.com']

async function join(rig: LaneRig, member: string, email: string): Promise<void> {
  const event = { id: undefined, source: '', member, time: undefined, origin: 'event' as const }
  await acceptEvents(rig.deps, [{ ...event, kind: 'join', roster: 'gold', email, firstName: null, lastName: null }])
}

const settles = (rig: LaneRig, member: string) =>
  rig.until(async () => expect((await rig.statuses('gold'))[member]).toBe('invited'))

it('mails somebody once whose address comes in both forms of Unicode', async () => {
  await using rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  await join(rig, 'from-the-form', NFC)
  await settles(rig, 'from-the-form')
  await join(rig, 'from-the-file', NFD)
  await settles(rig, 'from-the-file')
  // The same person, sent again by another system: no change of address.
  await join(rig, 'from-the-form', NFD)
  await rig.visit()
  await settles(rig, 'from-the-form')
  expect(rig.emulator.mails().map(({ kind }) => kind)).toEqual(['create'])
})

it.each([NFC, NFD])('finds and erases a person by either form: %j', async (asked) => {
  await using rig = await startLaneRig()
  const gold = await rig.addRoster({ id: 'gold' })
  await join(rig, 'jose', NFD)
  await settles(rig, 'jose')
  const found = []
  for await (const some of findPerson(rig.deps, asked)) found.push(...some)
  expect(found.map(({ member }) => member.id)).toEqual(['jose'])
  expect((await erasePerson(rig.deps, asked)).memberships).toBe(1)
  await rig.until(() => expect(rig.emulator.groupMembers(gold.group.id)).toEqual([]))
})
