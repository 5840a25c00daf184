import { createReconciliations } from '@flightroster/core/store'
import { createSettableClock } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { createDouble } from '../../testing/scim-doubles.ts'
import { DOUBLES, type Habits } from '../../testing/scim-habits.ts'
import { createLine } from '../../testing/scim-line.ts'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api } = await withScim()

const ENTRA = DOUBLES.find(({ name }) => name === 'Entra ID') as Habits

/** Entra ID puts a job into quarantine where most of its requests are answered with errors. */
it('no request of a regular cycle of Entra ID is answered with an error, so it has no reason for a quarantine', async () => {
  await addScimRoster(api, 'entra', 'Entra testers')
  const idp = await connectScim(api, { rosters: ['entra'] })
  const clock = createSettableClock()
  const line = createLine(idp, clock)
  const entra = createDouble(ENTRA, 'Entra testers', line, clock)
  const change = async (name: string, to: object = {}) => {
    entra.people.set(name, { familyName: 'Lee', isAssigned: true, ...entra.people.get(name), ...to })
    await entra.settle()
  }
  // Connect, assign, change, unassign, assign again.
  await line.send('GET', `/Users?filter=${encodeURIComponent('userName eq "no-such-user"')}`)
  for (const name of ['ann', 'bob', 'cyd']) await change(name)
  await change('ann', { familyName: 'Li' })
  await change('bob', { isAssigned: false })
  await change('bob', { isAssigned: true })
  // "Restart provisioning": everything is looked at, and sent, once more.
  entra.resynchronise()
  await entra.settle()
  const patch = (path: string, ...Operations: object[]) => line.send('PATCH', path, { Operations })
  const group = (await line.send('GET', `/Groups?filter=${encodeURIComponent('displayName eq "Entra testers"')}`)).body
    .Resources[0].id as string
  // References to people who are not here yet, a group that is emptied (held), renamed and named as before.
  await patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ value: 'not-here-yet' }] })
  await patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value: [{ value: 'not-here-yet' }] })
  await patch(`/Groups/${group}`, { op: 'Replace', path: 'members', value: [] })
  expect(await createReconciliations(api.connection, 'acme').listHeld('entra')).toHaveLength(1)
  await patch(`/Groups/${group}`, { op: 'Replace', path: 'displayName', value: 'Renamed' })
  await patch(`/Groups/${group}`, { op: 'Replace', path: 'displayName', value: 'Entra testers' })
  entra.resynchronise()
  await entra.settle()
  // Attributes that nobody knows here, and values that are gone.
  const ann = `/Users/${entra.idOf('ann') ?? ''}`
  await patch(
    ann,
    { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:appleId', value: 'a' },
    { op: 'Replace', path: 'addresses[type eq "work"].country', value: null },
    { op: 'Remove', path: 'roles[primary eq "True"].value' },
    { op: 'Replace', path: 'title', value: null },
    { op: 'Remove', path: 'manager' },
  )
  // Thirty days after somebody was deleted in Entra.
  await line.send('DELETE', ann)

  expect(line.sent.filter(({ status }) => status >= 400)).toEqual([])
  expect(line.sent.length).toBeGreaterThan(30)
})
