import { type Dialect, find, GROUP, nobody, patch, USER } from './dialect.ts'

const oktaUser = (name: string) => ({
  schemas: [USER],
  userName: `${name}@okta.example.com`,
  name: { givenName: name, familyName: 'Lee' },
  emails: [{ primary: true, value: `${name}@okta.example.com`, type: 'work' }],
  displayName: name,
  locale: 'en-US',
  externalId: `00u-${name}`,
  groups: [],
  password: 'kept-nowhere',
  active: true,
})

export const okta: Dialect = {
  name: 'Okta',
  group: 'Okta',
  steps: [
    {
      method: 'GET',
      path: '/Users?startIndex=1&count=2',
      status: 200,
      answer: { startIndex: 1, itemsPerPage: 0, ...nobody },
    },
    // What it saves the connection with.
    { method: 'GET', path: '/Groups?startIndex=1&count=100', status: 200, answer: { startIndex: 1, ...nobody } },
    {
      method: 'GET',
      path: find('/Users', 'userName eq "ann@okta.example.com"', '&startIndex=1&count=100'),
      status: 200,
      answer: nobody,
    },
    { method: 'POST', path: '/Users', body: oktaUser('ann'), status: 201, keep: 'ann' },
    { method: 'POST', path: '/Users', body: oktaUser('bob'), status: 201, keep: 'bob' },
    // A pushed group begins empty.
    {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [GROUP], displayName: 'Okta', members: [] },
      status: 201,
      keep: 'group',
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({
        op: 'add',
        path: 'members',
        value: [
          { value: '$ann', display: 'ann@okta.example.com' },
          { value: '$bob', display: 'bob@okta.example.com' },
        ],
      }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'replace', value: { id: '$group', displayName: 'Okta' } }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'remove', path: 'members[value eq "$ann"]' }),
      status: 204,
      present: ['bob'],
    },
    {
      method: 'PUT',
      path: '/Groups/$group',
      body: {
        schemas: [GROUP],
        id: '$group',
        displayName: 'Okta',
        members: [
          { value: '$ann', display: 'ann' },
          { value: '$bob', display: 'bob' },
        ],
      },
      status: 200,
      present: ['ann', 'bob'],
    },
    {
      method: 'PUT',
      path: '/Users/$ann',
      body: {
        ...oktaUser('ann'),
        id: '$ann',
        name: { givenName: 'Anne', familyName: 'Lee' },
        meta: { resourceType: 'User' },
      },
      status: 200,
      answer: { name: { givenName: 'Anne' } },
    },
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch({ op: 'replace', value: { active: false } }),
      status: 200,
      answer: { active: false },
      present: ['bob'],
    },
    {
      method: 'PUT',
      path: '/Users/$ann',
      body: { ...oktaUser('ann'), active: true },
      status: 200,
      answer: { active: true },
      present: ['ann', 'bob'],
    },
    // Pushed anew: the whole group without a path, with its own id.
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({
        op: 'replace',
        value: { id: '$group', displayName: 'Okta', members: [{ value: '$ann', display: null }, { value: '$bob' }] },
      }),
      status: 204,
      present: ['ann', 'bob'],
    },
    // One out and another in, in one request; each time with the name beside.
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch(
        { op: 'remove', path: 'members[value eq "$ann"]' },
        { op: 'add', path: 'members', value: [{ value: '$bob', display: 'bob@okta.example.com' }] },
      ),
      status: 204,
      present: ['bob'],
    },
    // An app that was made by hand switches off by PUT, with what it has read; Okta never deletes a user.
    { method: 'GET', path: '/Users/$bob', status: 200, answer: { active: true, groups: [{ value: '$group' }] } },
    {
      method: 'PUT',
      path: '/Users/$bob',
      body: {
        ...oktaUser('bob'),
        id: '$bob',
        active: false,
        groups: [{ value: '$group' }],
        meta: { resourceType: 'User' },
      },
      status: 200,
      answer: { active: false },
      present: [],
    },
  ],
}
