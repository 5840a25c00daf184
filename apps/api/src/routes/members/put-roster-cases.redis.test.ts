import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LIST_CASES, ROSTER, WAYS_TO_SAVE, type ListCase, type Plan } from '../../../testing/list-cases.ts'
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

const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b))

const MEMBERS = '/v1/rosters/gold/members'

async function fill(roster: NonNullable<ListCase['roster']>): Promise<void> {
  const events = Object.entries(roster).map(([id, [email, firstName, lastName]]) => ({
    type: 'member.joined',
    data: { roster: 'gold', member: { id, email, firstName, lastName } },
  }))
  const answer = await api.call('POST', '/v1/events', events)
  expect(answer.json()).toMatchObject({ accepted: events.length })
}

async function put(list: ListCase['list'], query: string) {
  const isCsv = typeof list === 'string' || Buffer.isBuffer(list)
  const headers = {
    authorization: 'Bearer admin-token-of-tests',
    'content-type': isCsv ? 'text/csv' : 'application/json',
  }
  const payload = isCsv ? list : JSON.stringify({ members: list })
  return api.app.inject({ method: 'PUT', url: `${MEMBERS}${query}`, headers, payload })
}

it('says of two rows with one id and two addresses that nobody can tell which is right', async () => {
  const list = [
    ['u-1', 'ann@example.com'],
    ['u-1', 'ben@example.com'],
  ]
  const answer = await put(list.map(([id, email]) => ({ id, email })) as ListCase['list'], '')
  expect(answer.json().rejected).toMatchObject([
    { row: 1, code: 'row_invalid', detail: expect.stringContaining('Several rows have this id') },
    { row: 2, code: 'row_duplicate' },
  ])
})

const presentIds = async () => {
  const { items } = (await api.call('GET', `${MEMBERS}?limit=1000`)).json()
  return items
    .flatMap((item: { id: string; desired: string }) => (item.desired === 'present' ? [item.id] : []))
    .sort(byText)
}

describe('a list', () => {
  it('has a table of what it means', () => {
    expect(LIST_CASES.length).toBeGreaterThan(60)
    expect(new Set(LIST_CASES.map(({ name }) => name)).size).toBe(LIST_CASES.length)
  })

  it.each(LIST_CASES.map((one) => [one.name, one] as const))('of %s', async (_name, one) => {
    const roster = one.roster ?? ROSTER
    await fill(roster)
    const before = await presentIds()
    const query = one.query ?? ''
    const dry = await put(one.list, `${query}${query === '' ? '?' : '&'}dryRun=true`)
    if ('refused' in one.plan) {
      expect([dry.statusCode, dry.json().code]).toEqual([400, 'request_invalid'])
      expect(dry.json().detail).toMatch(one.plan.refused)
    } else expectPlan(dry.json(), one.plan, before.length)
    expect(await presentIds()).toEqual(before)

    const real = await put(one.list, query)
    if ('refused' in one.plan) expect(real.statusCode).toBe(400)
    else {
      const { names: _names, ...plan } = dry.json().plan
      expect(real.json()).toMatchObject({ plan, held: dry.json().held, rejected: dry.json().rejected })
      const { add = [], remove = [], held } = one.plan
      const stay = held ? before : before.filter((id: string) => !remove.includes(id))
      expect(await presentIds()).toEqual([...new Set([...stay, ...add])].sort(byText))
    }
  })
})

function expectPlan(answer: Record<string, any>, plan: Plan, size: number): void {
  const { add = [], update = [], remove = [], clear = [], unclear, held = false, rejected = [] } = plan
  const { names, ...counts } = answer['plan']
  expect({
    add: [...names.add].sort(byText),
    update: [...names.update].sort(byText),
    remove: [...names.remove].sort(byText),
    clear: [...(names.clear ?? [])].sort(byText),
    held: answer['held'],
    problem: answer['problem']?.code,
    rejected: answer['rejected'].map(({ row }: { row: number }) => row),
  }).toEqual({
    add: [...add].sort(byText),
    update: [...update].sort(byText),
    remove: [...remove].sort(byText),
    clear: [...clear].sort(byText),
    held,
    problem: unclear ? 'list_unclear' : undefined,
    rejected,
  })
  expect(counts).toEqual({
    add: add.length,
    update: update.length,
    remove: remove.length,
    unchanged: size - update.length - remove.length,
  })
}

/** What upstream really calls people. */
const ODD: NonNullable<ListCase['roster']> = {
  '+49 30 1': ['+ann@example.com', '=Ann', '-Lee'],
  '-1': ['-bob@example.com', '@Bob', "'=x"],
  '=SUM(A1)': ['=cat@example.com', 'a;=b', 'a,+b'],
  '@dan': ["'dan@example.com", 'D"an', '+'],
  "'eve": ["o'neil@example.com", "'Eve", 'Müller'],
  "'=fay": ['fay+tag@example.com', 'Zoé', 'Straße'],
  '0': [null, 'Null'],
  __proto__: ['proto@example.com'],
  'with, comma': ['x@example.com', 'A | =B', 'C : +D'],
}

describe('our own export', () => {
  const columns = [1, 2, 3, 4, 9]
  it.each(WAYS_TO_SAVE.flatMap(([name, save]) => columns.map((count) => [name, count, save] as const)))(
    'changes nobody when it is read back %s, the first %i columns of it',
    async (_name, count, save) => {
      await fill(ODD)
      await api.call('POST', '/v1/events', {
        type: 'member.left',
        data: { roster: 'gold', member: { id: '0' } },
      })
      const before = await presentIds()
      const { body } = await api.call('GET', MEMBERS, undefined, { accept: 'text/csv' })
      const csv = body
        .split('\r\n')
        .map((row) =>
          [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
            .slice(0, count)
            .map(([, cell]) => cell)
            .join(','),
        )
        .join('\r\n')
      const answer = await put(save(count === 9 ? body : csv), '?dryRun=true')
      expect(answer.json()).toMatchObject({
        plan: { add: 0, update: 0, remove: 0, unchanged: before.length },
        rejected: [],
        held: false,
      })
    },
  )

  it('has the columns of a list first, and nobody who left', async () => {
    await fill(ROSTER)
    await api.call('DELETE', `${MEMBERS}/u-3`)
    const { body } = await api.call('GET', MEMBERS, undefined, { accept: 'text/csv' })
    expect(body.split('\r\n')).toEqual([
      'id,email,firstName,lastName,status,device,osVersion,build,sessions',
      'u-1,ann@example.com,Ann,Lee,pending,,,,',
      'u-2,bob@example.com,,,pending,,,,',
      '',
    ])
  })
})
