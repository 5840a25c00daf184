import { type Dialect, find, GROUP, nobody, patch, USER } from './dialect.ts'

/**
 * The bodies about groups as a library's test data has them for JumpCloud (github.com/Paul-E/scim-v2-rust, `jumpcloud_*.json`): a member
 * has nothing but a value, and who goes is named by a list of values, as Entra ID does it. A service that documents JumpCloud says the
 * same of it. JumpCloud itself publishes none.
 */
export const jumpCloud: Dialect = {
  name: 'JumpCloud',
  group: 'JumpCloud',
  steps: [
    // Its test makes a user and a group, and deletes both.
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        userName: 'test-jc',
        name: { givenName: 'Test', familyName: 'User' },
        emails: [{ value: 'test@jc.example.com', primary: true }],
        active: true,
      },
      status: 201,
      keep: 'cyd',
    },
    {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [GROUP], displayName: 'JumpCloud test', members: [] },
      status: 201,
      keep: 'group',
    },
    { method: 'DELETE', path: '/Groups/$group', status: 204 },
    { method: 'DELETE', path: '/Users/$cyd', status: 204 },
    { method: 'GET', path: find('/Users', 'userName eq "ann-jc"'), status: 200, answer: nobody },
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        userName: 'ann-jc',
        name: { givenName: 'Ann', familyName: 'Lee' },
        emails: [{ type: 'work', value: 'ann@jc.example.com', primary: true }],
        active: true,
      },
      status: 201,
      keep: 'ann',
    },
    {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [USER],
        userName: 'bob-jc',
        emails: [{ type: 'work', value: 'bob@jc.example.com', primary: true }],
        active: true,
      },
      status: 201,
      keep: 'bob',
    },
    { method: 'GET', path: find('/Groups', 'displayName eq "JumpCloud"'), status: 200, answer: nobody },
    {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [GROUP], displayName: 'JumpCloud', members: [{ value: '$ann' }] },
      status: 201,
      keep: 'group',
      present: ['ann'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$bob' }] }),
      status: 204,
      present: ['ann', 'bob'],
    },
    // It sends the same again.
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$bob' }] }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'remove', path: 'members', value: [{ value: '$ann' }] }),
      status: 204,
      present: ['bob'],
    },
    // A user by PATCH, an operation for each attribute, as that test data has it; by PUT elsewhere.
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch(
        { op: 'replace', path: 'name.givenName', value: 'Bob' },
        { op: 'replace', path: 'name.familyName', value: 'Li' },
        { op: 'replace', path: 'active', value: false },
      ),
      status: 200,
      answer: { active: false, name: { givenName: 'Bob', familyName: 'Li' } },
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch({ op: 'replace', path: 'active', value: true }),
      status: 200,
      present: ['bob'],
    },
    {
      method: 'PUT',
      path: '/Users/$bob',
      body: {
        schemas: [USER],
        id: '$bob',
        userName: 'bob-jc',
        emails: [{ type: 'work', value: 'bob@jc.example.com', primary: true }],
        active: false,
      },
      status: 200,
      answer: { active: false },
      present: [],
    },
  ],
}
