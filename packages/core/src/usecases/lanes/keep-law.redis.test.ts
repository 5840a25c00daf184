import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { createLaneStore, createSchedule, createStore, laneKeys, queueName, queuePrefix } from '../../store/index.ts'
import { queueKeys } from '../../store/keys.ts'
import { deleteRoster, pauseRoster } from '../rosters/index.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'
import { lawTask } from '../schedule/tasks.ts'

let rig: LaneRig
const keys = laneKeys('acme')
const queue = queueKeys('acme')

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster()
})
afterEach(() => rig[Symbol.asyncDispose]())

const join = (...members: string[]) => rig.join(members)
const refOf = (member: string) => rig.deps.toRef('gold', member)

/** What is recorded becomes jobs, and nobody fetches them. */
async function makeJobs(): Promise<void> {
  const lane = createLaneQueue(
    rig.redis,
    { prefix: queuePrefix('acme'), name: queueName('acme') },
    { lockMs: 15_000, maxStalls: 3 },
  )
  await enqueueRecorded({ lane: createLaneStore(rig.redis, 'acme'), queue: lane, toRef: rig.deps.toRef }, 'test', 1_000)
  await lane.close()
}

/** Who would be recorded again. */
async function stranded(...members: string[]): Promise<number> {
  const roster = await rig.store.rosters.find('gold')
  if (!roster) throw new Error('No roster.')
  const store = createLaneStore(rig.redis, 'acme')
  await rig.redis.set(keys.lease, 'scan')
  return store.recordStranded(
    'scan',
    roster,
    members.map((id) => ({ id, ref: refOf(id) })),
  )
}

describe('a member who is not converged', () => {
  it('is left where it is: in an outbox, a job, the line for seats, or failed', async () => {
    await join('recorded', 'waiting', 'delayed', 'active', 'seeker', 'failed')
    await makeJobs()
    await rig.redis.zadd(queue.delayed, Date.now() + 60_000, refOf('delayed'))
    await rig.redis.lrem(queue.wait, 0, refOf('delayed'))
    await rig.redis.lrem(queue.wait, 0, refOf('active'))
    await rig.redis.lpush(queue.active, refOf('active'))
    for (const gone of ['seeker', 'failed']) {
      await rig.redis.lrem(queue.wait, 0, refOf(gone))
      await rig.redis.del(`${queue.jobs}${refOf(gone)}`)
    }
    await rig.redis.zadd(keys.roster('gold').seatLine, 1, 'seeker')
    await rig.redis.zadd(keys.roster('gold').status, 8, 'failed')
    await join('recorded')
    expect(await stranded('recorded', 'waiting', 'delayed', 'active', 'seeker', 'failed')).toBe(0)
  })

  it('is recorded again where it is nowhere, or its job is a ghost in no list', async () => {
    await join('lost', 'ghost')
    await makeJobs()
    await rig.redis.del(queue.wait, `${queue.jobs}${refOf('lost')}`)
    expect(await stranded('lost', 'ghost')).toBe(2)
    expect(await rig.redis.exists(`${queue.jobs}${refOf('ghost')}`)).toBe(0)
    expect(await stranded('lost', 'ghost')).toBe(0)
    await makeJobs()
    expect(await rig.redis.llen(queue.wait)).toBe(2)
  })

  it('may be parked only while its roster is paused or blocked', async () => {
    await join('ann')
    await rig.redis.del(keys.outboxInteractive)
    await rig.redis.sadd(keys.roster('gold').parked, 'ann')
    await rig.store.rosters.update('gold', (roster) => ({ ...roster, paused: true }))
    expect(await stranded('ann')).toBe(0)
    await rig.store.rosters.update('gold', (roster) => ({ ...roster, paused: false }))
    expect(await stranded('ann')).toBe(1)
    expect(await rig.redis.scard(keys.roster('gold').parked)).toBe(0)
  })

  it('that leaves is not held up by a place in the line for seats', async () => {
    await join('ann')
    await rig.leave('ann')
    await rig.redis.del(keys.outboxInteractive)
    await rig.redis.zadd(keys.roster('gold').seatLine, 1, 'ann')
    expect(await stranded('ann')).toBe(1)
  })
})

describe('the scan', () => {
  it('finds whoever lost job and entry, and brings them where they belong', async () => {
    await join('ann', 'bob')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' }))
    await join('cay', 'dan')
    await rig.redis.del(keys.outboxInteractive)
    await rig.due(lawTask('acme'))
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited', cay: 'invited', dan: 'invited' }),
    )
  })

  it('is due once a day, and at once after a worker has died with a job in hand', async () => {
    await rig.visit()
    await rig.due(lawTask('acme'))
    await rig.until(async () => {
      const [at] = await createSchedule(rig.redis, 'acme').dueAt([lawTask('acme')])
      expect(at).toBeGreaterThan(Date.now() + 20 * 3_600_000)
    })
    await join('ann')
    await makeJobs()
    await rig.redis.lmove(queue.wait, queue.active, 'RIGHT', 'LEFT')
    await createLaneStore(rig.redis, 'acme').open('token', 15_000)
    const [at] = await createSchedule(rig.redis, 'acme').dueAt([lawTask('acme')])
    expect(at).toBeLessThan(Date.now() + 60_000)
  })

  it.each(['is deleted', 'moves once the lease has run out'])(
    'counts nobody of a roster that %s between its reading of the members and its proof, however far that came',
    async (what) => {
      // Behind its first forty writes a move goes through a thousand that are alike.
      for (let at = 0; ; at += at < 40 ? 1 : 97) {
        const [roster, to] = [`r-${at}`, `second-${at}`]
        await rig.store.teamKeys.put(makeTeamKey({ id: to }))
        const made = await rig.addRoster({ id: roster })
        await rig.join('ann', { roster, id: `e-${at}` })
        await makeJobs()
        const ref = rig.deps.toRef(roster, 'ann')
        await rig.redis.lrem(queue.wait, 0, ref)
        await rig.redis.zadd(queue.delayed, (Date.now() + 3_600_000) * 4_096, ref)
        await rig.due(lawTask('acme'))
        const lane = createLaneStore(rig.redis, 'acme')
        let died: boolean | undefined
        let counted = 0
        await rig.visitBy(rig.redis, {
          lane: {
            ...lane,
            async recordStranded(...those) {
              if (those[1].id === roster) {
                if (what !== 'is deleted') await rig.redis.del(keys.lease)
                died = await diesAt(rig.redis, at, async ({ redis }) => {
                  const deps = { ...rig.deps, store: createStore(redis) }
                  if (what === 'is deleted') await deleteRoster(deps, { id: roster, testers: 'keep' })
                  else await moveRoster(deps, made, to)
                })
              }
              const count = await lane.recordStranded(...those)
              counted += count
              return count
            },
          },
        })
        expect({ at, counted }).toEqual({ at, counted: 0 })
        await rig.redis.del(keys.lease, keys.promised)
        if (died !== true) {
          expect(died).toBe(false)
          break
        }
      }
    },
  )

  it('goes on where it was cut short', async () => {
    for (const id of ['alpha', 'beta']) await rig.addRoster({ id })
    for (const roster of ['alpha', 'beta']) await rig.join('ann', { roster })
    await rig.redis.del(keys.outboxInteractive)
    const lane = createLaneStore(rig.redis, 'acme')
    await lane.keepScanPosition({ roster: 'beta', cursor: '0' })
    await rig.due(lawTask('acme'))
    await rig.until(async () => expect(await rig.statuses('beta')).toEqual({ ann: 'invited' }))
    expect(await rig.statuses('alpha')).toEqual({ ann: 'pending' })
    expect(await lane.scanPosition()).toBeNull()
  })

  it('forgets whoever left long ago, once Apple has let them go; a mark of the event stays', async () => {
    await join('ann', 'bob', 'cay', 'dan')
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited', cay: 'invited', dan: 'invited' }),
    )
    await rig.leave('ann', { id: 'ann-left' })
    await rig.leave('bob')
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ ann: 'removed', bob: 'removed', cay: 'invited', dan: 'invited' }),
    )
    // Apple still has dan in the group.
    await pauseRoster(rig.deps, 'gold')
    await rig.leave('dan')
    const monthOld = Date.now() - 30 * 86_400_000 - 1
    for (const member of ['ann', 'cay', 'dan']) {
      const text = (await rig.redis.hget(keys.roster('gold').desired, member)) ?? ''
      const older = text.replace(/^(2 \d+ \d+ (\d+)) -?\d+/, (_, head, time) => `${head} ${monthOld - Number(time)}`)
      expect(older).not.toBe(text)
      await rig.redis.hset(keys.roster('gold').desired, member, older)
    }
    await rig.due(lawTask('acme'))
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ bob: 'removed', cay: 'invited', dan: 'pending' }),
    )
    const { desired, observed, timeline } = keys.roster('gold')
    for (const hash of [desired, observed, timeline])
      expect((await rig.redis.hkeys(hash)).sort()).toEqual(['bob', 'cay', 'dan'])
    const held = await rig.deps.store.members('acme', 'gold').withAddresses(['ann@example.com', 'bob@example.com'])
    expect(held).toEqual([[], ['bob']])
    expect(await rig.leave('ann', { id: 'ann-left' })).toMatchObject([{ status: 'duplicate' }])
  })
})
