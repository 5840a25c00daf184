import { eventually, startReceiver } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { startConsole } from './support/console.ts'
import { settled } from './support/sample-data.ts'

interface Plan {
  id: string
  status: string
  removals: string[]
  decidedBy: string | null
  reason: string | null
}

const people = Array.from({ length: 30 }, (_, at) => ({
  id: `u-${String(at).padStart(2, '0')}`,
  email: `person${at}@example.com`,
  firstName: 'Pat',
  lastName: `Nr${at}`,
}))
const LEAVING = people[29]

it('a held plan that is rejected removes nobody, and page, activity, notice, callback and API say so', async () => {
  const receiver = await startReceiver()
  await using running = await startConsole({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
  const { api, emulator, group } = running.stack
  await api.must('PUT', '/v1/rosters/gold/members', { members: people }, 202)
  await settled(running.stack, ({ invited }) => invited === people.length)
  const about = { types: ['roster.held', 'roster.recovered'], rosters: ['gold'] }
  await api.must('PUT', '/v1/notices/ops', { kind: 'slack', target: receiver.url, ...about }, 201)
  await api.must('PUT', '/v1/webhooks/crm', { url: receiver.url, ...about }, 201)
  const notices = () => receiver.received.filter(({ headers }) => headers['webhook-id'] === undefined)
  const callbacks = () => receiver.received.filter(({ headers }) => headers['webhook-id'] !== undefined)

  const { reconciliation } = await api.must<{ reconciliation: string }>(
    'PUT',
    '/v1/rosters/gold/members',
    { members: people.slice(0, 12) },
    202,
  )
  await eventually(() => expect(notices()).toHaveLength(1))
  expect(notices()[0]?.text).toContain('a plan is held, and removes nobody until somebody decides')

  const { page, faults } = await running.openAs('ann')
  const text = async () => ((await page.textContent('main')) ?? '').replaceAll(/\s+/g, ' ')
  const personPage = `/console/rosters/gold/member?id=${LEAVING?.id}`
  await page.goto(personPage)
  expect(await text()).toContain('approve or reject')
  await page.goto('/console/rosters/gold')
  await page.getByRole('link', { name: 'See who, and decide' }).click()
  expect(await text()).toContain(LEAVING?.email)
  // Without a reason the browser does not send it.
  await page.getByRole('button', { name: 'Reject: nobody leaves' }).click()
  expect(
    (await api.must<Plan>('GET', `/v1/rosters/gold/reconciliations/${reconciliation}`, undefined, 200)).status,
  ).toBe('held')
  await page.getByLabel('Your reason').fill('The export was cut off')
  await page.getByRole('button', { name: 'Reject: nobody leaves' }).click()
  expect(await page.getByRole('status').textContent()).toContain('Rejected: nobody leaves because of this plan.')
  const decided = await text()
  expect(decided).toContain('rejected. It was held because it would remove more of this roster than its guard allows.')
  expect(decided).toContain('Decided by user:ann: “The export was cut off”.')
  expect(decided).toMatch(/Who would have left.*person29@example\.com/)
  expect(await page.getByRole('button', { name: /Reject|Approve|Yes/ }).count()).toBe(0)

  // The person, the roster, and what happened.
  await page.goto(personPage)
  expect(await text()).toContain("In: Apple's invitation is out")
  expect(await text()).not.toContain('approve or reject')
  await page.goto('/console/rosters/gold')
  expect(await text()).toMatch(/up to date Every change is carried out.*30 of 30 people of this roster/)
  await page.goto('/console/rosters/gold/activity')
  expect(await text()).toContain(`A held plan was rejected. ${reconciliation}: The export was cut off`)
  await page.goto('/console/audit')
  expect(await text()).toMatch(/user:annplan\.rejectroster:gold/)
  expect(faults).toEqual([])

  // The same by the API.
  const plan = await api.must<Plan>('GET', `/v1/rosters/gold/reconciliations/${reconciliation}`, undefined, 200)
  expect(plan).toMatchObject({ status: 'rejected', decidedBy: 'user:ann', reason: 'The export was cut off' })
  expect(await api.must('GET', '/v1/rosters/gold', undefined, 200)).toMatchObject({
    status: 'active',
    problem: null,
    counts: { invited: 30, removed: 0, pending: 0 },
  })
  const member = await api.must('GET', `/v1/rosters/gold/members/${LEAVING?.id}`, undefined, 200)
  expect(member).toMatchObject({ desired: 'present', status: 'invited', waitsFor: null })
  const [last] = await api.all<{ text: string }>('/v1/rosters/gold/activity?kind=reconcile')
  expect(last).toMatchObject({ by: 'user:ann', text: expect.stringContaining('A held plan was rejected.') })
  const late = await api.request('POST', `/v1/rosters/gold/reconciliations/${reconciliation}/approve`, {})
  expect([late.status, late.body]).toMatchObject([409, { detail: expect.stringContaining('does not wait') }])

  await eventually(() => expect(callbacks().map(({ body }) => body.type)).toEqual(['roster.held', 'roster.recovered']))
  // A minute after the first message.
  const told = await eventually(
    () => {
      expect(notices()).toHaveLength(2)
      return notices()[1]?.text
    },
    { timeoutMs: 120_000 },
  )
  expect(told).toContain('Roster gold: no plan waits for a decision any more.')
  expect(told).toContain(`/console/rosters/gold/plans/${reconciliation}`)
  expect(emulator.groupMembers(group)).toHaveLength(people.length)
  await receiver.close()
})
