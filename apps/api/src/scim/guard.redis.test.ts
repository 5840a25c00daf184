import { createReconciliations } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { listScimNotes } from '@flightroster/core/usecases/scim'
import { addScimRoster, finish } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

const addUsers = (prefix: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, at) => idp.addUser(`${prefix}-${at}@example.com`)))
const values = (ids: readonly string[]) => ids.map((value) => ({ value }))
const held = async (teamKey: string, roster: string) =>
  (await createReconciliations(api.connection, teamKey).listHeld(roster)).map((plan) => [plan.held, plan.plan.remove])
/** A roster of a team key of its own: what others lose of the same key counts together. */
const addRoster = (id: string, removalGuard: { percent: number; atLeast: number }) =>
  addScimRoster(api, id, `Group of ${id}`, { teamKey: id, removalGuard })

it('requests that each take away less than the guard allows are held once they add up to more within a day', async () => {
  await addRoster('adds-up', { percent: 20, atLeast: 4 })
  const ids = await addUsers('adds-up', 40)
  const group = await idp.addGroup('Group of adds-up', ids)
  const takeOut = (some: string[]) =>
    idp.patch(`/Groups/${group}`, [{ op: 'remove', path: 'members', value: values(some) }])
  await takeOut(ids.slice(0, 7))
  await takeOut(ids.slice(7, 13))
  expect(await idp.present('adds-up')).toHaveLength(27)
  expect((await takeOut(ids.slice(13, 18))).status).toBe(204)
  expect(await idp.present('adds-up')).toHaveLength(27)
  expect(await held('adds-up', 'adds-up')).toEqual([['team_key', 5]])
})

it('single people who leave are everyday events, which add up to nothing', async () => {
  await addRoster('one-by-one', { percent: 20, atLeast: 4 })
  const ids = await addUsers('one-by-one', 20)
  const group = await idp.addGroup('Group of one-by-one', ids)
  for (const id of ids) await idp.patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "${id}"]` }])
  expect(await idp.present('one-by-one')).toEqual([])
  expect(await held('one-by-one', 'one-by-one')).toEqual([])
})

it('people whom the same request brings make no removal smaller', async () => {
  await addRoster('replaced', { percent: 50, atLeast: 3 })
  const ids = await addUsers('replaced', 6)
  const others = await addUsers('replaced-by', 10)
  const group = await idp.addGroup('Group of replaced', ids)
  const body = { displayName: 'Group of replaced', members: values([...ids.slice(4), ...others]) }
  expect((await idp.call('PUT', `/Groups/${group}`, body)).status).toBe(200)
  expect(await idp.present('replaced')).toEqual([...ids, ...others].toSorted())
  expect(await held('replaced', 'replaced')).toEqual([['roster', 4]])
})

it('what is held is told to upstream, once, and stands in the activity with its number', async () => {
  await addRoster('told', { percent: 20, atLeast: 3 })
  const ids = await addUsers('told', 10)
  const group = await idp.addGroup('Group of told', ids)
  await idp.patch(`/Groups/${group}`, [{ op: 'remove', path: 'members', value: values(ids.slice(0, 5)) }])
  await finish(api)
  const facts = await api.store.lane('told').facts.peek(100)
  expect(facts.map(({ type }) => type)).toEqual(['roster.held'])
  await eventually(async () => {
    const { items } = (await api.call('GET', '/v1/rosters/told/activity?kind=request')).json()
    const lines = (items as { text: string }[]).map(({ text }) => text)
    const [first, ...others] = lines.filter((line) => line.startsWith('The identity provider takes 5 people away'))
    expect([first, others]).toEqual([expect.stringContaining('they stay until a person decides'), []])
  })
})

it('what nobody knows in a change of a group is left out, the rest is done, and a line says what it was', async () => {
  await addRoster('odd', { percent: 20, atLeast: 10 })
  const [ann] = (await addUsers('odd', 1)) as [string]
  const group = await idp.addGroup('Group of odd')
  const answer = await idp.patch(`/Groups/${group}`, [
    { op: 'replace', path: 'shoeSize', value: 42 },
    { op: 'replace', path: 'displayName', value: 7 },
    { op: 'add', path: 'members', value: [{ value: ann }] },
  ])
  expect(answer.status).toBe(204)
  expect(await idp.present('odd')).toEqual([ann])
  const line = `SCIM group ${group}: a change was left out: the attribute shoeSize; displayName has a value that is not text.`
  expect((await listScimNotes(api.deps)).map(({ detail }) => detail)).toContain(line)
  await eventually(async () => {
    const { items } = (await api.call('GET', '/v1/rosters/odd/activity?kind=request')).json()
    expect((items as { text: string }[]).map(({ text }) => text)).toContain(line)
  })
})
