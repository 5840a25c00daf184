import { type Dialect, find, GROUP, patch, USER } from './dialect.ts'

export const authentik: Dialect = {
  name: 'authentik',
  group: 'authentik',
  steps: [
    {
      method: 'GET',
      path: '/ServiceProviderConfig',
      status: 200,
      answer: { patch: { supported: true }, bulk: { maxOperations: 1_000 } },
    },
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        externalId: 'a1',
        userName: 'ann-ak',
        name: { formatted: 'Ann Lee', givenName: 'Ann', familyName: 'Lee' },
        displayName: 'Ann Lee',
        active: true,
        emails: [{ value: 'ann@authentik.example.com', type: 'other', primary: true }],
        photos: [],
        locale: 'en',
      },
      status: 201,
      keep: 'ann',
    },
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        externalId: 'b1',
        userName: 'bob-ak',
        active: true,
        emails: [{ value: 'bob@authentik.example.com', type: 'other', primary: true }],
      },
      status: 201,
      keep: 'bob',
    },
    // Whoever is there already is looked for after a 409.
    {
      method: 'POST',
      path: '/Users',
      body: { schemas: [USER], userName: 'bob-ak' },
      status: 409,
      answer: { scimType: 'uniqueness' },
    },
    {
      method: 'GET',
      path: find('/Users', 'userName eq "bob-ak"'),
      status: 200,
      keep: 'bob',
      answer: { totalResults: 1 },
    },
    {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [GROUP], externalId: 'g1', displayName: 'authentik' },
      status: 201,
      keep: 'group',
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'replace', path: null, value: { externalId: 'g1', displayName: 'authentik', id: '$group' } }),
      status: 204,
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch(
        { op: 'add', path: 'members', value: [{ value: '$ann' }] },
        { op: 'add', path: 'members', value: [{ value: '$bob' }] },
      ),
      status: 204,
      present: ['ann', 'bob'],
    },
    { method: 'GET', path: '/Groups/$group', status: 200, answer: { displayName: 'authentik' } },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'remove', path: 'members', value: [{ value: '$ann' }] }),
      status: 204,
      present: ['bob'],
    },
    // So since July 2026; by value before.
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'remove', path: 'members[value eq "$bob"]' }),
      status: 204,
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$bob' }] }),
      status: 204,
      present: ['bob'],
    },
    { method: 'GET', path: '/Users?startIndex=1', status: 200 },
    { method: 'DELETE', path: '/Users/$bob', status: 204, present: [] },
  ],
}
