import { NO_JOB } from '@flightroster/core/testing'
import { createLaneQueue } from '@flightroster/core/queues'
import { createLaneStore, laneKeys, queueName, queuePrefix } from '@flightroster/core/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
const keys = laneKeys('acme')

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: 'https://flightroster.example.com/beta' })
  await api.addRoster()
  ann = await visit(api.app, 'ann')
})
afterAll(() => api.close())

/** A member whose job lies failed, as a worker leaves it. */
async function failJob(member: string): Promise<string> {
  await api.call('PUT', `/v1/rosters/gold/members/${member}`, { email: `${member}@example.com` })
  const ref = api.deps.toRef('gold', member)
  const lane = createLaneStore(api.connection, 'acme')
  const names = { prefix: queuePrefix('acme'), name: queueName('acme') }
  const queue = createLaneQueue(api.connection, names, { lockMs: 30_000, maxStalls: 3 })
  const [place = NO_JOB] = await lane.openPlaces([{ ref, roster: 'gold', member }])
  await queue.enqueue([{ ref, roster: 'gold', priority: 'interactive', place }])
  const [job] = await queue.fetch(1, 'token')
  await job?.fail(new Error('Apple refuses u-1.'))
  await api.connection.unlink(keys.outboxNow, keys.outboxInteractive, keys.outboxBulk, 'fr:ready:0', 'fr:ready:1')
  await api.connection.unlink('fr:ready:2', 'fr:ready:3')
  await queue.close()
  return job?.id ?? ''
}

const put = (url: string) => ann.send({ method: 'PUT', url: `/dashboard/api/queues/lane-acme/${url}` })
const failedCount = async () => (await ann.get('/dashboard/api/queues')).json().queues[0].counts.failed

describe('the buttons of Bull Board', () => {
  it('pause all lanes that are shown, and none under an address whose search is empty', async () => {
    const after = async (url: string) => {
      const { statusCode } = await ann.send({ method: 'PUT', url })
      return [statusCode, (await api.call('GET', '/v1/team-keys/acme')).json().lane.paused]
    }
    expect(await after('/dashboard/q//api/queues/pause')).toEqual([404, false])
    expect(await after('/dashboard/q/ac/api/queues/pause')).toEqual([200, true])
    expect(await after('/dashboard/q//api/queues/resume')).toEqual([404, true])
    expect(await after('/dashboard/api/queues/resume')).toEqual([200, false])
  })

  it('retry a failed job by recording its member again and waking the lane', async () => {
    const id = await failJob('u-1')
    expect(await failedCount()).toBe(1)
    expect((await put(`${id}/retry`)).statusCode).toBe(200)
    expect(await failedCount()).toBe(0)
    expect(await api.connection.zrange(keys.outboxInteractive, '0', '-1')).toEqual(['gold\0u-1'])
    expect((await api.store.ready.dueAt(['acme']))[0]).not.toBeNull()
    const timeline = (await api.call('GET', '/v1/rosters/gold/members/u-1/timeline')).json()
    expect(timeline.items[0].text).toBe('Another try was asked for, in the console.')
  })

  it('retry all of a lane, and forget failures without touching what is to be done', async () => {
    await failJob('u-2')
    await failJob('u-3')
    expect((await put('retry/failed')).statusCode).toBe(200)
    expect(await api.connection.zcard(keys.outboxInteractive)).toBe(2)
    await failJob('u-4')
    expect((await put('clean/failed')).statusCode).toBe(200)
    expect(await failedCount()).toBe(0)
    expect((await put('clean/wait')).statusCode).toBe(409)
  })

  it('lead from a job to its person, also where a proxy shows us under a path', async () => {
    await failJob('u-5')
    const { body } = await ann.get('/dashboard/api/queues?activeQueue=lane-acme&status=failed&page=1&jobsPerPage=10')
    const hrefs = [...body.matchAll(/"href":"([^"]+)"/g)].map(([, href]) => href)
    const jobPage = `/console/jobs/acme/${api.deps.toRef('gold', 'u-5')}`
    expect(hrefs).toContain(`/beta${jobPage}`)
    const answer = await ann.get(jobPage)
    expect(answer.headers.location).toBe('/beta/console/rosters/gold/member?id=u-5')
  })

  it('show jobs with ids alone', async () => {
    await failJob('u-6')
    const { body } = await ann.get('/dashboard/api/queues?activeQueue=lane-acme&status=failed&page=1&jobsPerPage=10')
    expect(body).toContain('"ref":"m-')
    expect(body).not.toMatch(/example\.com/)
  })

  it('show the board, whatever its address says', async () => {
    await failJob('u-7')
    const odd = ['%00', 'acme', '%25', '-1', '0', '1e309', '', 'constructor']
    const queries = ['activeQueue', 'status', 'page', 'jobsPerPage'].flatMap((name) =>
      odd.flatMap((value) => [
        `${name}=${value}`,
        `activeQueue=lane-acme&${name}=${value}`,
        `${name}=1&${name}=${value}`,
      ]),
    )
    for (const query of queries) {
      const { statusCode } = await ann.get(`/dashboard/api/queues?${query}`)
      expect([query, statusCode]).toEqual([query, 200])
    }
  })

  it('answer what no job is called with what is wrong, and touch nothing', async () => {
    await api.addRoster({ id: 'silver', teamKey: 'other', group: { id: 'group-silver', name: 'silver' } })
    await failJob('u-8')
    const names = await api.connection.keys(`${queuePrefix('acme')}:${queueName('acme')}:*`)
    const own = names.map((key) => key.split(':').at(-1) ?? '')
    const odd = ['', '0', '-1', '1e9', '%00', '%0d%0a', '%25', '%ff', '%2e%2e', '*', '%f0%9f%98%80', '__proto__']
    const far = ['..%2Flane-other%2F1', ':lane-other:meta', '%7Bother%7D', 'fr:%7Bother%7D:lane', 'x'.repeat(1_900)]
    const kept = ['meta', 'failed', 'wait', 'prioritized', 'delayed', 'completed', 'events', 'id', 'pc', 'repeat']
    const ids = [
      ...odd,
      ...far,
      ...kept,
      ...own.filter((id) => !/^m-|^\d+$/.test(id)),
      ...own.map((id) => `${id}:lock`),
    ]
    const before = await dumpAll()
    for (const id of ids) {
      for (const url of [`${id}/retry`, `${id}/promote`, `${id}/clean`, `retry/${id}`, `clean/${id}`]) {
        if (/^(?:retry|clean)\/(?:failed|completed)$/.test(url)) continue
        const { statusCode } = await put(url)
        expect([url, statusCode], url).toEqual([
          url,
          expect.toSatisfy((status) => [400, 403, 404, 409].includes(status)),
        ])
        const at = `/dashboard/api/queues/lane-acme/${id}`
        for (const read of [at, `${at}/logs`])
          expect([read, (await ann.get(read)).statusCode < 500]).toEqual([read, true])
      }
    }
    expect(await dumpAll()).toEqual(before)
  })
})

/** All that is kept of both lanes, byte by byte. */
async function dumpAll(): Promise<Record<string, string>> {
  const keys = (await api.connection.keys('*'))
    .filter((key) => key.includes('{acme}') || key.includes('{other}'))
    .sort()
  const dumps = await Promise.all(
    keys.map(async (key) => [key, (await api.connection.dumpBuffer(key)).toString('hex')]),
  )
  return Object.fromEntries(dumps) as Record<string, string>
}
