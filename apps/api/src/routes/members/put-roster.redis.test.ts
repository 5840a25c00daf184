import { laneKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
})

const MEMBERS = '/v1/rosters/gold/members'
const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({ id: `u-${from + at}`, email: `u-${from + at}@example.com` }))
const putList = (members: unknown[], query = '', roster = 'gold') =>
  api.call('PUT', `/v1/rosters/${roster}/members${query}`, { members })
const putCsv = (text: string, query = '', type = 'text/csv') =>
  api.call('PUT', `${MEMBERS}${query}`, text, { 'content-type': type })
const present = async (roster = 'gold') => {
  const { items } = (await api.call('GET', `/v1/rosters/${roster}/members?limit=1000`)).json()
  return items.filter((item: { desired: string }) => item.desired === 'present').map((item: { id: string }) => item.id)
}
const reconciliationOf = async (id: string, roster = 'gold') =>
  (await api.call('GET', `/v1/rosters/${roster}/reconciliations/${id}`)).json()

describe('PUT /v1/rosters/{rosterId}/members', () => {
  it('makes the roster equal to the list and tells what it did', async () => {
    await putList(people(20))
    const list = [...people(17), { id: 'u-0', email: 'new@example.com' }, { id: 'u-99', email: null, firstName: 'Ann' }]
    const answer = await putList([list[17], ...list.slice(1, 17), list[18]])
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      {
        reconciliation: expect.any(String),
        plan: { add: 1, update: 1, remove: 3, unchanged: 16 },
        estimate: { calls: expect.any(Number), seconds: expect.any(Number) },
        rejected: [],
        held: false,
      },
    ])
    expect((await present()).sort()).toEqual([...people(17).map(({ id }) => id), 'u-99'].sort())
    expect(await reconciliationOf(answer.json().reconciliation)).toMatchObject({
      kind: 'snapshot',
      status: 'running',
      plan: { add: 1, update: 1, remove: 3, unchanged: 16 },
      removals: expect.arrayContaining(['u-17', 'u-18', 'u-19']),
      unmanaged: [],
      progress: { converged: 0, toConverge: 5 },
    })
  })

  it('says what would happen without doing it, with the names, and held exactly as the real run', async () => {
    await putList(people(20))
    for (const [list, held] of [
      [people(17), false],
      [people(5), true],
      [[], true],
    ] as const) {
      const dry = await putList([...list], '?dryRun=true')
      expect([dry.statusCode, dry.json().reconciliation, dry.json().held]).toEqual([200, null, held])
      expect(dry.json().plan.names.remove.sort()).toEqual(
        people(20 - list.length, list.length)
          .map(({ id }) => id)
          .sort(),
      )
      expect(dry.json().plan.remove).toBe(20 - list.length)
      expect(await present()).toHaveLength(20)
    }
    expect((await api.call('GET', '/v1/rosters/gold/reconciliations')).json().items).toHaveLength(1)
    expect((await putList([])).json().held).toBe(true)
  })

  it('names everybody whom a large list would add, in the same form as of a small one', async () => {
    const [small, large] = [await putList(people(2), '?dryRun=true'), await putList(people(2_500), '?dryRun=true')]
    expect(large.headers['content-type']).toBe(small.headers['content-type'])
    const { plan, ...rest } = large.json()
    const names = { add: people(2_500).map(({ id }) => id), update: [], remove: [] }
    expect(plan).toEqual({ add: 2_500, update: 0, remove: 0, unchanged: 0, names })
    expect(Object.keys(rest)).toEqual(Object.keys(small.json()).filter((field) => field !== 'plan'))
  })

  it('holds an empty list unless it is meant', async () => {
    await putList(people(3))
    const held = await putList([])
    expect(held.json()).toMatchObject({ held: true, plan: { remove: 3 } })
    expect(await present()).toHaveLength(3)
    expect((await api.call('GET', '/v1/rosters/gold')).json()).toMatchObject({
      status: 'held',
      problem: { code: 'roster_held', detail: expect.stringContaining('would remove'), action: expect.any(String) },
    })
    expect((await putList([], '?allowEmpty=true')).json()).toMatchObject({ held: false, plan: { remove: 3 } })
    expect(await present()).toEqual([])
    expect((await api.call('GET', '/v1/rosters/gold')).json().status).toBe('active')
  })

  it('lets adds flow while the removals of a list that lost too many wait', async () => {
    await putList(people(50))
    const answer = await putList([...people(20), { id: 'new', email: 'new@example.com' }])
    expect(answer.json()).toMatchObject({ held: true, plan: { add: 1, remove: 30, unchanged: 20 } })
    expect(await present()).toHaveLength(51)
    expect(await reconciliationOf(answer.json().reconciliation)).toMatchObject({ status: 'held', heldBy: 'roster' })
  })

  it('adds up over the rosters of one team key', async () => {
    const ids = ['r1', 'r2', 'r3', 'r4', 'r5']
    for (const id of ids) await api.addRoster({ id, group: { id: `g-${id}`, name: id } })
    for (const id of ids) await putList(people(100), '', id)
    const held: boolean[] = []
    for (const id of ids) held.push((await putList(people(81), '', id)).json().held)
    expect(held).toEqual([false, false, true, true, true])
    expect(await present('r3')).toHaveLength(100)
  })

  it('removes nobody whom a bad row names, and holds where the removals may be rows that could not be read', async () => {
    await putList(people(4))
    const bad = await putCsv('id,email\nu-0,u-0@example.com\nu-1,nonsense\n,u-2@example.com\n')
    expect(bad.json()).toMatchObject({
      held: true,
      plan: { remove: 1, unchanged: 3 },
      rejected: [
        { row: 3, code: 'address_invalid', detail: expect.any(String) },
        { row: 4, code: 'member_id_invalid', detail: expect.any(String) },
      ],
    })
    expect(await present()).toHaveLength(4)
    const mostlyBad = await putCsv(`id,email\n${'u-9,nonsense\n'.repeat(50)}`, '?allowEmpty=true')
    expect(mostlyBad.json()).toMatchObject({ held: true, plan: { add: 0, remove: 4 } })
    expect(mostlyBad.json().rejected).toHaveLength(50)
  })

  it('takes the three-column file, in UTF-16 too', async () => {
    const text = Buffer.from('\ufeffFirst Name;Last Name;Email\r\nAnn;Lee;Ann@Example.com\r\n', 'utf16le')
    const answer = await api.app.inject({
      method: 'PUT',
      url: MEMBERS,
      headers: { authorization: 'Bearer admin-token-of-tests', 'content-type': 'text/csv; charset=utf-16' },
      payload: text,
    })
    expect([answer.statusCode, answer.json().plan.add]).toEqual([202, 1])
    expect((await api.call('GET', `${MEMBERS}/ann%40example.com`)).json()).toMatchObject({
      email: 'Ann@Example.com',
      firstName: 'Ann',
    })
  })

  it.each([
    ['another media type', 'a,b', 'text/plain', 415, 'media_type_unsupported'],
    [
      'a workbook',
      'PK',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      415,
      'media_type_unsupported',
    ],
    ['a charset that is not read', 'a,b', 'text/csv; charset=latin1', 415, 'media_type_unsupported'],
    ['a charset without a value', 'a,b', 'text/csv; charset=', 415, 'media_type_unsupported'],
    ['a JSON charset that is not read', '{}', 'application/json; charset=latin1', 415, 'media_type_unsupported'],
    ['a misspelt column', 'id,emial\nu-1,a@example.com\n', 'text/csv', 400, 'request_invalid'],
    ['a misspelt field', '{"member":[]}', 'application/json', 400, 'request_invalid'],
    ['a misspelt field of a row', '{"members":[{"id":"a","emial":"x"}]}', 'application/json', 400, 'request_invalid'],
    ['a field that occurs twice', '{"members":[{"id":"a","id":"b"}]}', 'application/json', 400, 'request_invalid'],
    ['no list', '', 'application/json', 400, 'request_invalid'],
    ['broken JSON', '{"members":[', 'application/json', 400, 'request_invalid'],
  ])('refuses %s', async (_name, body, type, status, code) => {
    await putList(people(2))
    const answer = await putCsv(body, '', type)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect(await present()).toHaveLength(2)
  })

  it('refuses an unknown query parameter and an unknown roster', async () => {
    expect((await putList([], '?dryrun=true')).statusCode).toBe(400)
    expect((await putList([], '', 'none')).statusCode).toBe(404)
  })

  it('lets a newer event win over the list', async () => {
    await putList(people(12))
    const time = new Date(Date.now() + 60_000).toISOString()
    const member = { id: 'u-11', email: 'u-11@example.com' }
    await api.call('POST', '/v1/events', { type: 'member.joined', time, data: { roster: 'gold', member } })
    expect((await putList(people(11))).json().plan).toEqual({ add: 0, update: 0, remove: 0, unchanged: 12 })
    expect(await present()).toHaveLength(12)
  })

  it('takes 10,000 rows with some dozens of commands to the store, twice', async () => {
    const csv = (rows: ReturnType<typeof people>) =>
      `id,email,firstName,lastName\n${rows.map(({ id, email }) => `${id},${email},First,Last`).join('\n')}\n`
    const sent = vi.spyOn(api.connection, 'sendCommand')
    for (const [rows, plan] of [
      [people(9_500), { add: 9_500, update: 0, remove: 0, unchanged: 0 }],
      [people(10_000, 300), { add: 800, update: 0, remove: 300, unchanged: 9_200 }],
    ] as const) {
      sent.mockClear()
      const answer = await putCsv(csv(rows))
      expect([answer.statusCode, answer.json().plan, answer.json().held]).toEqual([202, plan, false])
      // How long that takes is measured by a benchmark; what it grows with is the number of commands.
      expect(sent.mock.calls.length).toBeLessThan(200)
    }
    sent.mockRestore()
  })
})

describe('a held plan', () => {
  const hold = async () => {
    await putList(people(30))
    return (await putList(people(10))).json().reconciliation as string
  }
  const decide = (id: string, verb: string, body?: unknown) =>
    api.call('POST', `/v1/rosters/gold/reconciliations/${id}/${verb}`, body)

  it('is carried out once it is approved, and names who decided', async () => {
    const id = await hold()
    const answer = await decide(id, 'approve', { reason: 'they left' })
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { id, status: 'running', decidedBy: 'ADMIN_TOKEN', reason: 'they left', approvedAt: expect.any(String) },
    ])
    expect((await present()).sort()).toEqual(
      people(10)
        .map(({ id }) => id)
        .sort(),
    )
    expect((await decide(id, 'approve')).json().code).toBe('conflict')
    const { items } = (await api.call('GET', '/v1/rosters/gold/reconciliations?limit=1')).json()
    expect(items[0].id).toBe(id)
  })

  it('is carried out whoever else joined, left or changed meanwhile', async () => {
    const id = await hold()
    await api.call('PUT', `${MEMBERS}/u-99`, { email: 'u-99@example.com' })
    await api.call('PUT', `${MEMBERS}/u-1`, { firstName: 'Other' })
    await api.call('DELETE', `${MEMBERS}/u-2`)
    expect((await decide(id, 'approve')).statusCode).toBe(200)
    expect((await present()).sort()).toEqual(
      ['u-99', ...people(10).map((one) => one.id)].filter((one) => one !== 'u-2').sort(),
    )
  })

  it('clears addresses only once it is approved, and the members stay', async () => {
    await putList(people(30))
    const cleared = people(30).map(({ id, email }, at) => ({ id, email: at < 15 ? email : null, firstName: 'New' }))
    const answer = await putList(cleared)
    expect(answer.json()).toMatchObject({ held: true, plan: { update: 30, remove: 0 } })
    const emailOf = async () => (await api.call('GET', `${MEMBERS}/u-29`)).json()
    expect(await emailOf()).toMatchObject({ email: 'u-29@example.com', firstName: 'New' })
    const id = answer.json().reconciliation
    expect((await reconciliationOf(id)).cleared).toHaveLength(15)
    expect((await decide(id, 'approve')).statusCode).toBe(200)
    expect(await emailOf()).toMatchObject({ email: null, firstName: 'New', desired: 'present', status: 'waiting' })
    expect(await present()).toHaveLength(30)
  })

  it('is refused as changed once the roster moved on, and replaced by a fresh one', async () => {
    const id = await hold()
    await api.call('PUT', `${MEMBERS}/u-15`, { email: 'u-15@example.com', firstName: 'Back' })
    const answer = await decide(id, 'approve')
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'plan_changed'])
    expect(await present()).toHaveLength(30)
    expect((await reconciliationOf(id)).status).toBe('rejected')
    const { items } = (await api.call('GET', '/v1/rosters/gold/reconciliations')).json()
    const fresh = items.find((item: { status: string }) => item.status === 'held')
    expect(answer.json().detail).toContain(fresh.id)
    expect(fresh.plan.remove).toBe(19)
    expect((await decide(fresh.id, 'approve')).statusCode).toBe(200)
    expect(await present()).toContain('u-15')
    expect(await present()).toHaveLength(11)
  })

  it('is carried out by nobody once it is rejected', async () => {
    const id = await hold()
    expect((await decide(id, 'reject', { reason: 'a broken export' })).json()).toMatchObject({ status: 'rejected' })
    expect((await decide(id, 'approve')).statusCode).toBe(409)
    expect(await present()).toHaveLength(30)
    expect((await decide('none', 'approve')).statusCode).toBe(404)
  })

  it('is decided once, however many decide at once', async () => {
    const id = await hold()
    const answers = await Promise.all(['approve', 'reject', 'approve', 'reject'].map((verb) => decide(id, verb)))
    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([200, 409, 409, 409])
  })

  it('gives way to a newer list', async () => {
    const id = await hold()
    await putList(people(29))
    expect((await reconciliationOf(id)).status).toBe('rejected')
    expect((await api.call('GET', '/v1/rosters/gold')).json().status).toBe('active')
  })

  it('is kept with the task that goes on with it, so that a death in between loses nothing', async () => {
    const id = await hold()
    const died = vi.spyOn(api.store, 'recordChanges').mockRejectedValue(new Error('died'))
    expect((await decide(id, 'approve')).statusCode).toBe(500)
    died.mockRestore()
    expect(await api.connection.zscore(laneKeys('acme').schedule, `approved:${id}`)).not.toBeNull()
  })
})

describe('a reading that is asked for', () => {
  it('is told of by its address until a worker has done it', async () => {
    const answer = await api.call('POST', '/v1/rosters/gold/reconciliations', { dryRun: true })
    expect([answer.statusCode, answer.json()]).toMatchObject([
      202,
      { kind: 'reconcile', status: 'running', dryRun: true },
    ])
    const { location } = answer.headers
    expect((await api.call('GET', String(location))).json()).toEqual(answer.json())
    expect((await api.call('POST', '/v1/rosters/gold/reconciliations')).statusCode).toBe(202)
    expect((await api.call('POST', '/v1/rosters/gold/reconciliations', { dry: true })).statusCode).toBe(400)
  })
})
