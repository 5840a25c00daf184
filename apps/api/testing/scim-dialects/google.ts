import { type Dialect, find, nobody, patch, USER } from './dialect.ts'

/**
 * It pushes people alone: its pages on setting up know no groups, and others who take its requests make the groups elsewhere, so here the
 * group is made by hand. Of its requests is reported that they are `application/json` (github.com/pond/scimitar, issue 142); their bodies
 * are documented nowhere and assumed.
 */
export const google: Dialect = {
  name: 'Google Workspace',
  group: 'Google',
  steps: [
    { method: 'GET', path: '/Users?count=1', status: 200, answer: nobody },
    { method: 'GET', path: find('/Users', 'userName eq "ann@google.example.com"'), status: 200, answer: nobody },
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        userName: 'ann@google.example.com',
        name: { givenName: 'Ann', familyName: 'Lee' },
        emails: [{ value: 'ann@google.example.com', type: 'work', primary: true }],
        active: true,
      },
      status: 201,
      keep: 'ann',
    },
    {
      method: 'POST',
      path: '/Groups',
      body: { displayName: 'Google', members: [{ value: '$ann' }] },
      status: 201,
      keep: 'group',
      present: ['ann'],
    },
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch({ op: 'replace', path: 'name.familyName', value: 'Li' }),
      status: 200,
      answer: { name: { familyName: 'Li' } },
    },
    // Suspended, and deleted some days later.
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch({ op: 'replace', path: 'active', value: false }),
      status: 200,
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch({ op: 'replace', path: 'active', value: true }),
      status: 200,
      present: ['ann'],
    },
    { method: 'DELETE', path: '/Users/$ann', status: 204, present: [] },
  ],
}
