import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApiWithApple
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  const groups = [
    { id: 'team', name: 'Team', isInternalGroup: true },
    { id: 'gold', name: 'Gold' },
  ]
  const dashboard = await makeDashboard()
  api = await serveApiWithApple({ seed: { apps: [{ id: '1', bundleId: 'com.acme.app', groups }] } }, { dashboard })
  await api.putTeamKey()
  await api.call('PUT', '/v1/rosters/gold', {
    teamKey: 'acme',
    app: { id: '1' },
    group: { id: 'gold' },
    removal: 'app',
    seats: { reserve: 3, priority: 2 },
    scimGroup: 'Beta',
  })
  // As if a token that is bound to this roster had named the group.
  await api.store.rosters.update('gold', (roster) => ({ ...roster, scimGroupOfBound: true }))
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const here = '/console/rosters/gold/settings'
const rules = {
  builds: 'automatic',
  submitForReview: 'yes',
  heldBuilds: 'release',
  removal: 'group',
  unmanagedTesters: 'remove',
  removedByHand: 'report',
  percent: '35',
  atLeast: '4',
  reconcileEveryMinutes: '15',
}

it('the settings of a roster are changed in the console; what the page does not ask for stays', async () => {
  expect((await ann.get('/console/rosters/gold')).body).toContain(`href="${here}"`)
  const before = (await ann.get(here)).body
  expect(before).toMatch(/name="removal"\s+value="app"\s+checked/)
  expect(before).not.toMatch(/name="removal"\s+value="group"\s+checked/)

  const saved = await ann.post(here, rules)
  expect(saved.headers.location).toBe('/console/rosters/gold?done=settings')
  expect((await ann.get(String(saved.headers.location))).body).toContain('The settings were changed.')
  const roster = await api.store.rosters.find('gold')
  expect(roster).toMatchObject({
    builds: 'automatic',
    submitForReview: true,
    heldBuilds: 'release',
    removal: 'group',
    unmanagedTesters: 'remove',
    removedByHand: 'report',
    removalGuard: { percent: 35, atLeast: 4 },
    reconcileEveryMinutes: 15,
    seats: { reserve: 3, priority: 2 },
    scimGroup: 'Beta',
    scimGroupOfBound: true,
  })
  const [entry] = (await api.call('GET', '/v1/audit?limit=1')).json().items
  expect(entry).toMatchObject({ action: 'roster.put', target: 'roster:gold', actor: 'user:ann' })
})

it('what is not valid is told by its name, and nothing is kept', async () => {
  const before = await api.store.rosters.find('gold')
  const refused = await ann.post(here, { ...rules, percent: '120', reconcileEveryMinutes: 'often' })
  expect(refused.statusCode).toBe(422)
  for (const said of ['Nothing was changed.', 'Percent of the roster:', 'Minutes between reconciliations:'])
    expect(refused.body).toContain(said)
  expect(await api.store.rosters.find('gold')).toEqual(before)
})

it('what was typed beside something that is not valid is still in the form', async () => {
  const typed = {
    builds: 'manual',
    heldBuilds: 'report',
    removal: 'app',
    unmanagedTesters: 'keep',
    removedByHand: 'restore',
  }
  const refused = await ann.post(here, { ...typed, percent: '120', atLeast: '7', reconcileEveryMinutes: '45' })
  expect(refused.statusCode).toBe(422)
  const isChosen = ([name, value]: [string, string]) =>
    new RegExp(`name="${name}"\\s+value="${value}"\\s+checked`).test(refused.body)
  expect(Object.entries(typed).filter((choice) => !isChosen(choice))).toEqual([])
  for (const value of ['120', '7', '45']) expect(refused.body).toContain(`value="${value}"`)
})

it('a viewer neither sees the form nor changes anything', async () => {
  expect((await bob.get(here)).statusCode).toBe(403)
  expect((await bob.post(here, rules)).statusCode).toBe(403)
  expect((await bob.get('/console/rosters/gold')).body).not.toContain(here)
})

it("a person's address and name are corrected on their page, as an event of now", async () => {
  await api.call('PUT', '/v1/rosters/gold/members/u-1', { email: 'ann@exmaple.com', firstName: 'An', lastName: 'Lee' })
  const change = '/console/rosters/gold/member/change'
  expect((await ann.get('/console/rosters/gold/member?id=u-1')).body).toContain('value="ann@exmaple.com"')
  const typo = await ann.post(change, { id: 'u-1', email: 'ann@', firstName: 'Ann', lastName: '' })
  expect([typo.statusCode, typo.body.includes('This is not a valid e-mail address.')]).toEqual([422, true])
  const saved = await ann.post(change, { id: 'u-1', email: 'ann@example.com', firstName: 'Ann', lastName: '' })
  expect(saved.headers.location).toBe('/console/rosters/gold/member?id=u-1&done=change')
  expect((await ann.get(String(saved.headers.location))).body).toContain(
    'Saved. It is carried out once nothing holds it up any more',
  )
  const read = async () => (await api.call('GET', '/v1/rosters/gold/members/u-1')).json()
  expect(await read()).toMatchObject({ email: 'ann@example.com', firstName: 'Ann', lastName: null, desired: 'present' })
  expect((await bob.post(change, { id: 'u-1', email: 'bob@example.com' })).statusCode).toBe(403)

  await api.call('DELETE', '/v1/rosters/gold/members/u-1')
  const gone = await ann.post(change, { id: 'u-1', email: 'back@example.com' })
  expect([gone.statusCode, gone.body.includes('no longer on the roster')]).toEqual([422, true])
  expect(await read()).toMatchObject({ email: 'ann@example.com', desired: 'absent' })
})

it('where an event of later time decides, no form says that it was done', async () => {
  const time = new Date(api.deps.clock.now() + 300_000).toISOString()
  const send = (type: string, member: object) =>
    api.call('POST', '/v1/events', { type, time, data: { roster: 'gold', member } })
  await send('member.joined', { id: 'later', email: 'later@example.com' })
  await send('member.joined', { id: 'gone', email: 'gone@example.com' })
  await send('member.left', { id: 'gone' })
  const forms: [string, Record<string, string>][] = [
    ['member/change', { id: 'later', email: 'other@example.com', firstName: '', lastName: '' }],
    ['member/remove', { id: 'later' }],
    ['member/restore', { id: 'gone' }],
    ['people', { id: 'gone', email: 'gone@example.com' }],
  ]
  const audit = async () => (await api.call('GET', '/v1/audit?limit=1')).json().items
  const before = await audit()
  for (const [form, fields] of forms) {
    const { statusCode, body } = await ann.post(`/console/rosters/gold/${form}`, fields)
    expect([form, statusCode]).toEqual([form, 409])
    expect(body).toContain(
      `Nothing was changed: the membership system sent an event with the time ${time.slice(0, 19)}Z`,
    )
    expect(body).toContain('Try again after that time.')
  }
  expect(await audit()).toEqual(before)
  const restored = await api.call('POST', '/v1/rosters/gold/members/gone/restore')
  expect([restored.statusCode, restored.json().code]).toEqual([409, 'newer_event'])
  expect(Number(restored.headers['retry-after'])).toBeGreaterThan(200)
})
