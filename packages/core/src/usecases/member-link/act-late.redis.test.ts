import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt, nextOfMove } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore } from '../../store/index.ts'
import { requestForMember } from '../members/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { askForInvitation, giveAddress, leaveRoster } from './act.ts'
import { makeMemberLink, openMemberLink, type OpenedLink } from './link.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const depsOf = (redis: Redis) => ({ ...rig.deps, store: createStore(redis) })
const recordOf = async (lane = 'acme') => (await rig.store.members(lane, 'gold').find('u-1'))!
const openLink = async (): Promise<OpenedLink> => ({
  roster: (await rig.store.rosters.find('gold'))!,
  record: await recordOf(),
})
const mails = () => rig.emulator.mails().filter(({ email }) => email === 'u-1@example.com').length
let made = 0
/** The roster as it is made for the nth time, with the same person on it. */
async function make(): Promise<Roster> {
  const roster = await rig.addRoster({ createdAt: ++made })
  await rig.join('u-1', { id: `e-${made}` })
  await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'invited' }))
  return roster
}
async function remake({ redis }: { redis: Redis }): Promise<void> {
  await deleteRoster(depsOf(redis), { id: 'gold', testers: 'keep' })
  await make()
}
/** As if a day had gone by. */
const mayAskAgain = async () => rig.redis.del('none', ...(await rig.redis.keys('*:turns:*')))

type Act = (redis: Redis, link: OpenedLink) => Promise<unknown>
const isOut = ({ roster, record }: OpenedLink): OpenedLink => {
  const { desired, observed } = record
  return { roster, record: { ...record, observed: observed && { ...observed, reclaimed: desired.joined } } }
}
const ACTS: [what: string, act: Act][] = [
  ['gives an address', (redis, link) => giveAddress(depsOf(redis), link, 'other@example.com')],
  ['asks for the invitation', (redis, link) => askForInvitation(depsOf(redis), link)],
  ['asks for a seat that was taken back', (redis, link) => askForInvitation(depsOf(redis), isOut(link))],
  ['leaves', (redis, link) => leaveRoster(depsOf(redis), link)],
  [
    'is invited by an operator',
    (redis, { roster }) =>
      requestForMember(depsOf(redis), { roster, member: 'u-1', kind: 'invitation', origin: 'console' }),
  ],
]

it.each(ACTS)(
  'who %s on the page of a roster that is deleted and made again meanwhile changes nothing in the new one',
  async (_what, act) => {
    await make()
    for (let at = 0; ; at++) {
      await mayAskAgain()
      const link = await openLink()
      const lagged = await lagsAt(rig.redis, at, ({ redis }) => act(redis, link), remake)
      if (!lagged) break
      const before = mails()
      const record = await recordOf()
      expect({ at, version: record.desired.version, email: record.desired.email }).toEqual({
        at,
        version: 1,
        email: 'u-1@example.com',
      })
      const kinds = (await rig.store.members('acme', 'gold').timeline('u-1')).map(({ k }) => k)
      expect(kinds.filter((kind) => kind !== 'run')).toEqual(['joined'])
      await rig.visit()
      expect({ at, mails: mails() - before }).toEqual({ at, mails: 0 })
    }
  },
)

it('a link of a roster that was deleted opens nothing of one that is made again under its id', async () => {
  const deps = {
    ...rig.deps,
    sealer: createSealer({ current: Buffer.alloc(32, 7) }),
    publicUrl: 'https://f.example.com',
  }
  const linkOf = async (roster: Roster) =>
    (await makeMemberLink(deps, { roster, member: 'u-1', days: 30 })).url.split('/').at(-1) ?? ''
  const former = await linkOf(await make())
  await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
  const newest = await linkOf(await make())
  expect(await openMemberLink(deps, former)).toBeUndefined()
  expect((await openMemberLink(deps, newest))?.roster.createdAt).toBe(made)
})

it('who asks for the invitation while the roster moves is mailed once, or told to ask again', async () => {
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  let roster = await make()
  for (let at = 0; ; at = nextOfMove(at)) {
    await mayAskAgain()
    const ask = (redis: Redis) =>
      requestForMember(depsOf(redis), { roster, member: 'u-1', kind: 'invitation' }).then(
        () => 'asked',
        ({ code }: { code?: string }) => code,
      )
    const to = roster.teamKey === 'acme' ? 'second' : 'acme'
    const before = mails()
    let answer: string | undefined
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => moveRoster(depsOf(redis), roster, to),
      async ({ redis }) => void (answer = await ask(redis)),
    )
    roster = (await rig.store.rosters.find('gold'))!
    if (answer === 'store_unavailable') answer = await ask(rig.redis)
    expect({ at, answer }).toEqual({ at, answer: 'asked' })
    await rig.until(() => expect({ at, mails: mails() - before }).toEqual({ at, mails: 1 }))
    await rig.visit(to)
    expect({ at, mails: mails() - before }).toEqual({ at, mails: 1 })
    if (!lagged) break
  }
})
