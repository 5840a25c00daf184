import { beginAudit, listAudit, tellUnended } from '@flightroster/core/usecases/audit'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../testing/apple.ts'
import { makeDashboard, visit, type Visitor } from '../../testing/visitor.ts'

let api: TestApiWithApple
let ann: Visitor
beforeAll(async () => {
  const groups = [{ id: 'gold', name: 'Gold' }]
  const seed = { apps: [{ id: '1', bundleId: 'com.acme.app', groups }] }
  api = await serveApiWithApple({ seed }, { dashboard: await makeDashboard() })
  await api.putTeamKey()
  await api.call('PUT', '/v1/rosters/gold', { teamKey: 'acme', app: { id: '1' }, group: { id: 'gold' } })
  ann = await visit(api.app, 'ann')
})
afterAll(() => api.close())
afterEach(() => vi.restoreAllMocks())

const deps = () => ({ store: api.store, clock: api.deps.clock })
const later = () => ({ store: api.store, clock: { ...api.deps.clock, now: () => Date.now() + 16 * 60_000 } })
const told = async () =>
  (await listAudit(deps(), { limit: 100 })).items.map(
    ({ actor, action, target, detail }) => `${actor} ${action} ${target} ${detail}`,
  )
const board = (url: string) => ann.send({ method: 'PUT', url: `/dashboard/api/queues/${url}` })

const CHANGES: [what: string, change: () => Promise<{ statusCode: number }>, said: string][] = [
  ['a roster', () => ann.post('/console/rosters/gold/pause'), 'user:ann roster.pause roster:gold'],
  ['a roster that goes on', () => ann.post('/console/rosters/gold/resume'), 'user:ann roster.resume roster:gold'],
  ['a lane', () => ann.post('/lanes/acme/pause'), 'user:ann lane.pause team-key:acme'],
  ['the check of a key', () => ann.post('/lanes/acme/check'), 'user:ann team_key.check team-key:acme'],
  ['a lane on the board', () => board('lane-acme/resume'), 'user:ann lane.resume team-key:acme'],
  ['all lanes on the board', () => board('pause'), 'user:ann lane.pause team-key:acme'],
  ['jobs on the board', () => board('lane-acme/promote'), 'user:ann jobs.promote team-key:acme'],
]

it.each(CHANGES)(
  '%s: who changed it on a page is told, though the process died before it could',
  async (_, change, said) => {
    const before = (await told()).length
    const add = vi.spyOn(api.store.audit, 'add').mockRejectedValue(new Error('The process is dead.'))
    await change()
    expect(add).toHaveBeenCalled()
    add.mockRestore()
    expect(await told()).toHaveLength(before)
    // Another request may still be under way.
    await tellUnended(deps())
    expect(await told()).toHaveLength(before)
    await tellUnended(later())
    await tellUnended(later())
    const since = (await told()).slice(0, -before || undefined)
    expect(since).toEqual([expect.stringContaining('not known whether')])
    expect(since[0]?.startsWith(said)).toBe(true)
  },
)

it.each(CHANGES)('%s: what a page changed is told once', async (_, change, said) => {
  const before = (await told()).length
  expect((await change()).statusCode).toBeLessThan(400)
  await tellUnended(later())
  const since = (await told()).slice(0, -before)
  expect(since.map((line) => line.startsWith(said))).toEqual([true])
  expect(since[0]).not.toContain('not known')
})

it('what a page refused, or was asked only, leaves nothing', async () => {
  const before = await told()
  expect((await ann.post('/console/notices', { id: '' })).statusCode).toBeGreaterThanOrEqual(400)
  expect((await ann.post('/console/rosters/none/pause')).statusCode).toBe(404)
  expect((await board('lane-none/pause')).statusCode).toBe(404)
  await ann.post('/console/people', { email: 'ann@example.com' })
  await tellUnended(later())
  expect(await told()).toEqual(before)
  // What is begun is noted, or the test would see nothing.
  await beginAudit(deps(), { actor: 'user:ann', action: 'x', target: 'y', detail: '' })
  await tellUnended(later())
  expect(await told()).toHaveLength(before.length + 1)
})
