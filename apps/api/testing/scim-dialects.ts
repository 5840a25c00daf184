/**
 * Requests as identity providers document them, in our words: each a sequence that ends with known people on the roster. `$ann`, `$bob`
 * and `$cyd` stand for ids of users, `$group` for the group's; a step may name what its answer's id is kept as.
 */
export interface DialectStep {
  /** The media type of the body, where it is not SCIM's own. */
  type?: 'application/json'
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  status: number
  /** Under this name the id of the answer, or of the first one found, is known from here on. */
  keep?: string
  /** Parts that the answer has. */
  answer?: object
  /** Who is on the roster then. */
  present?: string[]
}

export interface Dialect {
  name: string
  group: string
  steps: DialectStep[]
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const patch = (...Operations: object[]) => ({ schemas: [PATCH], Operations })
const find = (path: string, filter: string, more = '') => `${path}?filter=${encodeURIComponent(filter)}${more}`
const nobody = { totalResults: 0, Resources: [] }

const entraUser = (name: string) => ({
  schemas: [USER, ENTERPRISE],
  externalId: `${name}-object`,
  userName: `${name}@entra.example.com`,
  active: true,
  displayName: name,
  emails: [{ primary: true, type: 'work', value: `${name}@entra.example.com` }],
  meta: { resourceType: 'User' },
  name: { formatted: `${name} Lee`, familyName: 'Lee', givenName: name },
  roles: [],
})

const entraStart = (group: string): DialectStep[] => [
  // The connection is tested with a user that can't be there.
  { method: 'GET', path: find('/Users', 'userName eq "3f1c7b2e-no-such-user"'), status: 200, answer: nobody },
  {
    method: 'GET',
    path: find('/Groups', 'displayName eq "3f1c7b2e-no-such-group"', '&excludedAttributes=members'),
    status: 200,
    answer: nobody,
  },
  { method: 'GET', path: '/Schemas', status: 200, answer: { totalResults: 3 } },
  { method: 'GET', path: find('/Users', 'userName eq "ann@entra.example.com"'), status: 200, answer: nobody },
  // People may be matched by mail instead.
  {
    method: 'GET',
    path: find('/Users', 'emails[type eq "work"].value eq "ann@entra.example.com"'),
    status: 200,
    answer: nobody,
  },
  { method: 'POST', path: '/Users', body: entraUser('ann'), status: 201, keep: 'ann' },
  { method: 'POST', path: '/Users', body: entraUser('bob'), status: 201, keep: 'bob' },
  { method: 'GET', path: '/Users/$ann', status: 200, answer: { active: true, externalId: 'ann-object' } },
  {
    method: 'GET',
    path: find('/Users', 'emails[type eq "work"].value eq "Bob@entra.example.com"'),
    status: 200,
    answer: { totalResults: 1, Resources: [{ externalId: 'bob-object' }] },
  },
  {
    method: 'GET',
    path: find('/Groups', `displayName eq "${group}"`, '&excludedAttributes=members'),
    status: 200,
    answer: nobody,
  },
  {
    method: 'POST',
    path: '/Groups',
    body: {
      schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: `${group}-object`,
      displayName: group,
      meta: { resourceType: 'Group' },
    },
    status: 201,
    keep: 'group',
    present: [],
  },
  { method: 'GET', path: '/Groups/$group?excludedAttributes=members', status: 200, answer: { displayName: group } },
]

const entraOld: Dialect = {
  name: 'Entra ID, as it always did',
  group: 'Entra old',
  steps: [
    ...entraStart('Entra old'),
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: '$ann' }] }),
      status: 204,
      present: ['ann'],
    },
    {
      method: 'GET',
      path: find('/Groups', 'id eq "$group" and members eq "$bob"', '&excludedAttributes=members'),
      status: 200,
      answer: nobody,
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({
        op: 'Add',
        path: 'members',
        value: [
          { $ref: null, value: '$ann' },
          { $ref: null, value: '$bob' },
        ],
      }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'GET',
      path: find('/Groups', 'id eq "$group" and members eq "$bob"', '&excludedAttributes=members'),
      status: 200,
      answer: { totalResults: 1 },
    },
    {
      method: 'PATCH',
      path: '/Users/$ann',
      body: patch(
        { op: 'Replace', path: 'displayName', value: 'Anne' },
        { op: 'Add', path: 'emails[type eq "work"].value', value: 'anne@entra.example.com' },
        { op: 'Add', path: 'name.givenName', value: 'Anne' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Beta' },
        { op: 'Add', path: 'manager', value: [{ $ref: null, value: '$bob' }] },
        // A manager is a text as well, and a value that is gone in Entra is null.
        { op: 'Add', path: `${ENTERPRISE}:manager`, value: '$bob' },
        { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: null },
        { op: 'Replace', path: 'title', value: null },
      ),
      status: 200,
      answer: { displayName: 'Anne', name: { givenName: 'Anne' }, [ENTERPRISE]: { department: 'Beta' } },
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '$ann' }] }),
      status: 204,
      present: ['bob'],
    },
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch({ op: 'Replace', path: 'active', value: 'False' }),
      status: 200,
      answer: { active: false },
      present: [],
    },
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch({ op: 'Replace', path: 'active', value: 'True' }),
      status: 200,
      answer: { active: true },
      present: ['bob'],
    },
    { method: 'DELETE', path: '/Users/$bob', status: 204, present: [] },
    { method: 'GET', path: '/Users/$bob', status: 404 },
  ],
}

const entraNew: Dialect = {
  name: 'Entra ID with aadOptscim062020',
  group: 'Entra new',
  steps: [
    ...entraStart('Entra new'),
    {
      method: 'PATCH',
      path: '/Groups/$group?aadOptscim062020',
      body: patch({ op: 'add', path: 'members', value: [{ value: '$ann' }, { value: '$bob' }] }),
      status: 204,
      present: ['ann', 'bob'],
    },
    {
      method: 'PATCH',
      path: '/Users/$ann?aadOptscim062020',
      body: patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'anne.lee@entra.example.com' },
        { op: 'add', path: 'nickName', value: 'Annie' },
        {
          op: 'replace',
          value: {
            displayName: 'Anne',
            'name.givenName': 'Anne',
            'emails[type eq "work"].value': 'anne@entra.example.com',
            [`${ENTERPRISE}:employeeNumber`]: '42',
          },
        },
      ),
      status: 200,
      answer: {
        displayName: 'Anne',
        name: { givenName: 'Anne', familyName: 'Lee' },
        emails: [{ value: 'anne@entra.example.com', type: 'work' }],
        [ENTERPRISE]: { employeeNumber: '42' },
      },
    },
    {
      method: 'PATCH',
      path: '/Groups/$group',
      body: patch({ op: 'remove', path: 'members[value eq "$ann"]' }),
      status: 204,
      present: ['bob'],
    },
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch({ op: 'replace', path: 'userName', value: 'robert@entra.example.com' }),
      status: 200,
      answer: { userName: 'robert@entra.example.com', externalId: 'bob-object' },
      present: ['bob'],
    },
    {
      method: 'PATCH',
      path: '/Users/$bob',
      body: patch({ op: 'replace', path: 'active', value: false }),
      status: 200,
      answer: { active: false },
      present: [],
    },
  ],
}

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

const okta: Dialect = {
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

const authentik: Dialect = {
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

/**
 * The bodies about groups as a library's test data has them for JumpCloud (github.com/Paul-E/scim-v2-rust, `jumpcloud_*.json`): a member
 * has nothing but a value, and who goes is named by a list of values, as Entra ID does it. A service that documents JumpCloud says the
 * same of it. JumpCloud itself publishes none.
 */
const jumpCloud: Dialect = {
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

const oneLogin: Dialect = {
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
const oneLoginCore: Dialect = {
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

/**
 * It pushes people alone: its pages on setting up know no groups, and others who take its requests make the groups elsewhere, so here the
 * group is made by hand. Of its requests is reported that they are `application/json` (github.com/pond/scimitar, issue 142); their bodies
 * are documented nowhere and assumed.
 */
const google: Dialect = {
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

export const DIALECTS: Dialect[] = [
  entraOld,
  entraNew,
  okta,
  authentik,
  jumpCloud,
  oneLogin,
  oneLoginCore,
  { ...google, steps: google.steps.map((step) => ({ ...step, type: 'application/json' })) },
]
