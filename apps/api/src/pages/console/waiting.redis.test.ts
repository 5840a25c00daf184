import type { Reconciliation } from '@flightroster/core/domain'
import { createReconciliations, createWorkers, writeLaneStanding } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const NAMES = ['Zoe', 'émile', 'Fay', 'anna']
const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: `u-${String(at).padStart(2, '0')}`,
    email: `p${at}@example.com`,
    ...(at < NAMES.length ? { firstName: NAMES[at] } : {}),
  }))
let at = 0
let roster = ''
const put = (members: object[], query = '') => api.call('PUT', `/v1/rosters/${roster}/members${query}`, { members })

beforeEach(async () => {
  roster = `gold-${++at}`
  await api.addRoster({ id: roster, teamKey: `key-${at}`, group: { id: `g-${at}`, name: 'Gold' } })
})

it('the page of a roster tells first what holds everybody up: since when, what to do, and who has to', async () => {
  await put(people(3))
  const page = async () => (await ann.get(`/console/rosters/${roster}`)).body
  expect(await page()).toContain('No worker is running that serves this team key.')
  expect(await page()).toContain('Who has to do it: Whoever runs Flightroster.')

  await api.call('POST', `/v1/rosters/${roster}/pause`)
  const { pausedAt } = (await api.store.rosters.find(roster)) ?? {}
  const since = new Date(pausedAt ?? 0).toISOString()
  await api.call('POST', `/v1/rosters/${roster}/pause`)
  const paused = await page()
  for (const said of [
    'The roster is paused',
    `<p>It began <time datetime="${since}"`,
    'Who has to do it: An operator.',
  ])
    expect(paused).toContain(said)
  expect(paused).not.toContain('No worker is running')

  const problem = {
    code: 'agreement_required' as const,
    detail: 'Apple wants an agreement.',
    at: Date.now() - 3_600_000,
  }
  await writeLaneStanding(api.connection, `key-${at}`, { blocked: problem })
  const blocked = await page()
  expect(blocked).toContain('Apple wants an agreement.')
  expect(blocked).toContain('1 h ago')
  expect(blocked).toContain('The Account Holder of the Apple team. It then goes on by itself, after a passed check.')
  expect(blocked).not.toContain('The roster is paused')
  const overview = (await ann.get('/console')).body.replace(/\s+/g, ' ')
  expect(overview).toMatch(
    /Apple wants an agreement\. It began <time[^>]*>1 h ago<\/time>\. Who has to do it: The Account Holder/,
  )
  expect((await ann.get('/lanes')).body).not.toMatch(/key-1<[\s\S]*in less than a second/)
  const person = (await ann.get(`/console/rosters/${roster}/member?id=u-00`)).body
  expect(person).toContain('Who has to do it: The Account Holder of the Apple team.')
  expect((await ann.post('/console/people', { email: 'p0@example.com' })).body).toContain(
    'Not in yet. Apple wants an agreement.',
  )

  await writeLaneStanding(api.connection, `key-${at}`, { blocked: null })
  await api.call('POST', `/v1/rosters/${roster}/resume`)
  expect(await page()).toContain('No worker is running')
  expect(await api.store.rosters.find(roster)).not.toHaveProperty('pausedAt')
})

it('a lane that is stopped, or that no worker serves, is not said to be done soon', async () => {
  await put(people(3))
  const lane = async () => (await api.call('GET', `/v1/team-keys/key-${at}`)).json().lane
  expect((await lane()).estimatedDoneAt).toBeNull()
  // What was read within three seconds is forgotten by a change.
  await ann.post(`/lanes/key-${at}/resume`)
  const unserved = (await ann.get(`/lanes?q=key-${at}`)).body
  for (const said of ['No worker is running that serves this team key.', 'when a worker runs', 'with work'])
    expect(unserved).toContain(said)
  const workers = createWorkers(api.connection)
  await workers.beat('w-1', null, api.deps.clock.now())
  expect((await lane()).estimatedDoneAt).not.toBeNull()
  expect((await ann.get(`/lanes?q=key-${at}`)).body).not.toContain('No worker is running')
  await api.call('POST', `/v1/team-keys/key-${at}/pause`)
  expect((await lane()).estimatedDoneAt).toBeNull()
  await workers.end('w-1', api.deps.clock.now())
})

it('the plan of an upload says what holds the roster up, and that its time begins afterwards; it counts what waits already', async () => {
  const upload = async () => {
    const text = 'id,email\nn-1,n1@example.com\n'
    const payload = `--b\r\ncontent-disposition: form-data; name="text"\r\n\r\n${text}\r\n--b--\r\n`
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const answer = await ann.send({ method: 'POST', url: `/console/rosters/${roster}/upload`, headers, payload })
    return answer.body.replace(/\s+/g, ' ')
  }
  await createWorkers(api.connection).beat('w-2', null, api.deps.clock.now())
  expect(await upload()).toContain('<p>About 2 calls to Apple, 1 s.</p>')
  await put(people(200))
  expect(await upload()).toMatch(/<p>About 4 calls to Apple, 51 s\.<\/p>/)
  await api.call('POST', `/v1/rosters/${roster}/pause`)
  const paused = await upload()
  expect(paused).toContain('once what is held up now goes on.')
  expect(paused).toContain('The roster is paused')
  await createWorkers(api.connection).end('w-2', api.deps.clock.now())
})

it('a plan that is held says so first, and names who leaves, came and changed, by name in order, with a file', async () => {
  await put(people(30))
  const before = people(30)
  const answer = await put([
    { ...before[29], email: 'changed@example.com' },
    { id: 'new-1', email: 'new@example.com', firstName: 'Newest' },
  ])
  const plan = answer.json().reconciliation as string
  const here = `/console/rosters/${roster}/plans/${plan}`
  // Who came and changed by the same list waits for another thing.
  const rosterPage = (await ann.get(`/console/rosters/${roster}`)).body
  expect(rosterPage.indexOf('A plan that would remove 29 people')).toBeGreaterThan(0)
  expect(rosterPage.indexOf('No worker is running that serves this team key.')).toBeGreaterThan(
    rosterPage.indexOf('A plan that would remove 29 people'),
  )
  const { body } = await ann.get(here)
  expect(body).toContain('A plan that would remove 29 people waits for a decision.')
  expect(body).toContain('The list was sent by token:ADMIN_TOKEN.')
  const order = ['anna', 'émile', 'Fay', 'Zoe'].map((name) => body.indexOf(`>${name}<`))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order[0]).toBeGreaterThan(body.indexOf('Who would leave'))
  expect(body.indexOf('Newest')).toBeGreaterThan(body.indexOf('Who is added'))
  expect(body.indexOf('changed@example.com')).toBeGreaterThan(body.indexOf('Who is changed'))

  expect(body).toContain(`href="${here}/people.csv" download`)
  // Whom the list added and changed; those who would leave are not among them.
  const changes = /href="([^"]*)"\s*>Whom it changed</.exec(body)?.[1] ?? ''
  const changed = (await ann.get(changes)).body
  for (const id of ['new-1', 'u-29']) expect(changed).toContain(`member?id=${id}"`)
  expect(changed).toContain('token:ADMIN_TOKEN')

  const file = await ann.get(`${here}/people.csv`)
  const lines = file.body.split('\r\n')
  expect(lines.slice(0, 3)).toEqual([
    'change,id,email,firstName,lastName',
    'added,new-1,new@example.com,Newest,',
    'changed,u-29,changed@example.com,,',
  ])
  expect(lines.filter((line) => line.startsWith('removed,'))).toHaveLength(29)

  expect((await bob.get(`${here}/people.csv`)).statusCode).toBe(403)
  const seen = (await bob.get(here)).body
  for (const hidden of ['Newest', 'émile', 'p1@example.com', 'people.csv']) expect(seen).not.toContain(hidden)
  expect([...seen.matchAll(/member\?id=(u-\d+)/g)].slice(0, 3).map(([, id]) => id)).toEqual(['u-00', 'u-01', 'u-02'])
})

it('a plan of thousands names all of them, a thousand a page back and forth, and all in the file', async () => {
  const answer = await put(people(2_300))
  const here = `/console/rosters/${roster}/plans/${answer.json().reconciliation as string}`
  const pages: string[] = []
  for (let url: string | undefined = here; url !== undefined;) {
    const { body }: { body: string } = await ann.get(url)
    pages.push(body)
    url = /rel="next" href="([^"#]*)/.exec(body)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(pages.map((body) => /[\d,]+ to [\d,]+ of 2,300/.exec(body)?.[0])).toEqual([
    '1 to 1,000 of 2,300',
    '1,001 to 2,000 of 2,300',
    '2,001 to 2,300 of 2,300',
  ])
  const named = pages.flatMap((body) => body.match(/<th scope="row" role="rowheader">/g) ?? [])
  expect(named).toHaveLength(2_300)
  expect(pages[2]).toContain(`<a rel="prev" href="${here}?added=2#added">`)
  // Whatever is asked for, a page of what there is.
  expect((await ann.get(`${here}?added=77`)).body).toContain('2,001 to 2,300 of 2,300')
  expect((await ann.get(`${here}?added=x&removed=-1`)).body).toContain('1 to 1,000 of 2,300')
  const lines = (await ann.get(`${here}/people.csv`)).body.split('\r\n')
  expect(new Set(lines.filter((line) => line.startsWith('added,'))).size).toBe(2_300)
})

it('removals that an identity provider asked for are named as those of a list', async () => {
  await put(people(30))
  const removals = people(30).map(({ id }) => id)
  const record: Reconciliation = {
    v: 1,
    id: `scim-${at}`,
    roster,
    kind: 'snapshot',
    status: 'held',
    dryRun: false,
    startedAt: 1,
    updatedAt: 1,
    progress: { read: 0, total: 0, converged: 0, toConverge: 0 },
    plan: { add: 0, update: 0, remove: 30, unchanged: 0 },
    removals,
    fromEvents: true,
    unmanaged: [],
    removesUnmanaged: false,
    revision: 1,
    by: 'token:okta',
    held: 'empty',
    approvedAt: null,
    decidedBy: null,
    reason: null,
    problem: null,
  }
  const scene = (await api.store.rosters.find(roster))!
  await createReconciliations(api.connection, `key-${at}`).put(scene, record)
  const { body } = await ann.get(`/console/rosters/${roster}/plans/${record.id}`)
  expect(body).toContain('<h1>Removals by the identity provider</h1>')
  expect(body).toContain('Asked for by token:okta.')
  const order = ['anna', 'émile', 'Fay', 'Zoe'].map((name) => body.indexOf(`>${name}<`))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order[0]).toBeGreaterThan(body.indexOf('Who would leave'))
  const person = (await ann.get(`/console/rosters/${roster}/member?id=u-00`)).body
  expect(person).toContain(`The plan ${record.id} would remove this member, and waits for a decision.`)
})

it('who has something done is not told that it comes in a moment while something holds everybody up', async () => {
  await put(people(3))
  const here = `/console/rosters/${roster}`
  const workers = createWorkers(api.connection)
  await workers.beat('w-3', null, api.deps.clock.now())
  const said = async () => {
    const answers: string[] = []
    for (const done of ['converge', 'change', 'remove', 'restore', 'added'])
      answers.push((await ann.get(`${here}/member?id=u-00&done=${done}`)).body)
    for (const done of ['resume', 'retry']) answers.push((await ann.get(`${here}?done=${done}`)).body)
    answers.push((await ann.get(`${here}/members?done=retry-2&of=2`)).body)
    return answers.map((body) => /role="status">([^]*?)<\/div>/.exec(body)?.[1] ?? '')
  }
  for (const notice of await said()) expect(notice).not.toContain('once nothing holds it up')
  await api.call('POST', `/v1/rosters/${roster}/pause`)
  for (const notice of await said()) {
    expect(notice).toContain('It is carried out once nothing holds it up any more: th')
    expect(notice).not.toMatch(/in a moment|What was waiting is carried out/)
  }
  await workers.end('w-3', api.deps.clock.now())
})
