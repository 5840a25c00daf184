import { type Dialect, ENTERPRISE, GROUP, nobody, patch } from './dialect.ts'

/**
 * As its documentation has the order of requests (developers.onelogin.com/scim/implement-scim-api), and as a log of a server shows them
 * (github.com/goauthentik/authentik, issue 11249): schemas of an early draft, changes of a user by PUT, an "&" or "?" at the end, then one
 * PATCH for each group. The log has no bodies of those, but their type and length: 165 bytes are an `add` of one UUID as below.
 */
const oneLoginUser = (name: string, more: object = {}) => ({
  schemas: ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'],
  userName: `${name}@onelogin.example.com`,
  externalId: `onelogin-${name}`,
  name: { familyName: 'Lee', givenName: name, formatted: `${name} Lee` },
  // Neither primary nor of a kind, and by some connectors not even a list.
  emails: { value: `${name}@onelogin.example.com` },
  active: true,
  [ENTERPRISE]: { department: 'QA' },
  ...more,
})

export const oneLogin: Dialect = {
  name: 'OneLogin',
  group: 'OneLogin',
  steps: [
    // Connecting: a user whom nobody has.
    { method: 'GET', path: '/Users?filter=userName+eq+%22no-such-user%22&', status: 200, answer: nobody },
    { method: 'GET', path: '/Users?filter=userName+eq+%22ann@onelogin.example.com%22&', status: 200, answer: nobody },
    { method: 'POST', path: '/Users?', body: oneLoginUser('ann'), status: 201, keep: 'ann' },
    {
      method: 'POST',
      path: '/Users?',
      body: oneLoginUser('bob', { emails: [{ value: 'bob@onelogin.example.com', primary: true }] }),
      status: 201,
      keep: 'bob',
    },
    // It imports the groups ("Refresh entitlements") and goes by their ids, or makes one that a rule names.
    { method: 'POST', path: '/Groups', body: { schemas: [GROUP], displayName: 'OneLogin' }, status: 201 },
    { method: 'GET', path: '/Groups?', status: 200, keep: 'group', answer: { totalResults: 1 } },
    {
      method: 'PATCH',
      path: '/Groups/$group?',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$ann' }] }),
      status: 204,
      present: ['ann'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group?',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$bob' }] }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PUT',
      path: '/Users/$ann?',
      body: oneLoginUser('ann', { name: { familyName: 'Li', givenName: 'Ann' } }),
      status: 200,
      answer: { name: { familyName: 'Li' }, active: true },
      present: ['ann', 'bob'],
    },
    // How somebody is taken out of a group is in no log: by filter or by a list of values.
    {
      method: 'PATCH',
      path: '/Groups/$group?',
      body: patch({ op: 'remove', path: 'members[value eq "$bob"]' }),
      status: 204,
      present: ['ann'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group?',
      body: patch({ op: 'remove', path: 'members', value: [{ value: '$bob' }] }),
      status: 204,
      present: ['ann'],
    },
    {
      method: 'PUT',
      path: '/Users/$ann?',
      body: oneLoginUser('ann', { active: false }),
      status: 200,
      answer: { active: false },
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch({ op: 'replace', path: 'active', value: true }),
      status: 200,
      present: ['ann'],
    },
    { method: 'DELETE', path: '/Users/$ann?', status: 204, present: [] },
  ],
}

/** Its connectors of the "Core schema", as OneLogin's own example of a server reads them (github.com/onelogin/onelogin-scim-node). */
export const oneLoginCore: Dialect = {
  name: 'OneLogin, as a draft of SCIM has it',
  group: 'OneLogin core',
  steps: [
    { method: 'POST', path: '/Users', body: oneLoginUser('ann'), status: 201, keep: 'ann' },
    { method: 'POST', path: '/Users', body: oneLoginUser('bob'), status: 201, keep: 'bob' },
    { method: 'POST', path: '/Groups', body: { displayName: 'OneLogin core' }, status: 201, keep: 'group' },
    // No operations: each member says what is done with it.
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: {
        schemas: ['urn:scim:schemas:core:2.0'],
        members: [{ value: '$ann', operation: 'add' }, { value: '$bob' }],
      },
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: {
        members: [
          { value: '$ann', operation: 'delete' },
          { value: '$bob', operation: 'add' },
        ],
      },
      status: 204,
      present: ['bob'],
    },
    // Nobody is named, so nobody is taken out.
    { method: 'PATCH', path: '/Groups/$group', body: { members: [] }, status: 204, present: ['bob'] },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: { schemas: [] },
      status: 400,
      answer: { scimType: 'invalidSyntax' },
      present: ['bob'],
    },
  ],
}
