import { type Dialect, type DialectStep, ENTERPRISE, find, GROUP, nobody, patch, USER } from './dialect.ts'

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

export const entraOld: Dialect = {
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

export const entraNew: Dialect = {
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
