import type { Dialect, DialectStep } from './scim-dialects.ts'

/**
 * The examples of RFC 7644, section by section, with people of ours: each with the answer that the RFC gives, or the refusal that it
 * allows where this service does without. What differs from it says why.
 */
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const patch = (...Operations: object[]) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })
const filter = (text: string, more = '') => `/Users?filter=${encodeURIComponent(text)}${more}`
const refused = (status: number, scimType?: string) => ({
  status,
  answer: { schemas: [ERROR], status: String(status), ...(scimType ? { scimType } : {}) },
})
/** Found are as many as are said. */
const finds = (text: string, totalResults: number): DialectStep => ({
  method: 'GET',
  path: filter(text),
  status: 200,
  answer: { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults },
})

const ann = {
  schemas: [USER],
  userName: 'ann',
  externalId: 'ann-7',
  name: { formatted: 'Ms. Ann J. Lee III', familyName: 'Lee', givenName: 'Ann' },
  title: 'Tester',
  userType: 'Employee',
  emails: [
    { value: 'ann@example.com', type: 'work', primary: true },
    { value: 'ann@home.example.org', type: 'home' },
  ],
  addresses: [{ type: 'work', streetAddress: '1 Main St', locality: 'Town', postalCode: '91608', country: 'US' }],
}
const bob = {
  schemas: [USER, ENTERPRISE],
  userName: 'Jbob',
  name: { familyName: "O'Malley", givenName: 'Bob' },
  userType: 'Intern',
  emails: [{ value: 'bob@example.net', type: 'home' }],
  ims: [{ type: 'xmpp', value: 'bob@foo.example.com' }],
  [ENTERPRISE]: { employeeNumber: '701984' },
}

/** Ann and Bob, and a group without anybody. */
const made: DialectStep[] = [
  {
    method: 'POST',
    path: '/Users',
    body: ann,
    status: 201,
    keep: 'ann',
    answer: { ...ann, meta: { resourceType: 'User' } },
  },
  { method: 'POST', path: '/Users', body: bob, status: 201, keep: 'bob', answer: { name: bob.name } },
]
const withGroup = (group: string, ...members: string[]): DialectStep[] => [
  ...made,
  {
    method: 'POST',
    path: '/Groups',
    body: { schemas: [GROUP], displayName: group, members: members.map((value) => ({ value })) },
    status: 201,
    keep: 'group',
  },
]
const changesAnn = (operations: object[], answer: object): DialectStep => ({
  method: 'PATCH',
  path: '/Users/$ann',
  body: patch(...operations),
  status: 200,
  answer,
})
const changesGroup = (operations: object[], present: string[]): DialectStep => ({
  method: 'PATCH',
  path: '/Groups/$group',
  body: patch(...operations),
  status: 204,
  present,
})

export const RFC_7644: Dialect[] = [
  {
    name: '3.3 Creating resources, 3.4.1 retrieving a known resource, 3.6 deleting',
    group: 'rfc create',
    steps: [
      ...made,
      { method: 'GET', path: '/Users/$ann', status: 200, answer: { ...ann, meta: { resourceType: 'User' } } },
      // 3.3: uniqueness is without case here, as userName is.
      { method: 'POST', path: '/Users', body: { ...ann, userName: 'ANN' }, ...refused(409, 'uniqueness') },
      { method: 'DELETE', path: '/Users/$ann', status: 204 },
      { method: 'GET', path: '/Users/$ann', ...refused(404) },
      { method: 'DELETE', path: '/Users/$ann', ...refused(404) },
      // 3.6: the name is free again.
      { method: 'POST', path: '/Users', body: ann, status: 201, keep: 'ann' },
    ],
  },
  {
    name: '3.4.2.2 filtering',
    group: 'rfc filter',
    steps: [
      ...made,
      finds('userName eq "ann"', 1),
      finds('userName Eq "ANN"', 1),
      finds(`name.familyName co "O'Malley"`, 1),
      finds('userName sw "J"', 1),
      finds(`${USER}:userName sw "J"`, 1),
      finds('title pr', 1),
      finds('meta.lastModified gt "2011-05-13T04:42:34Z"', 2),
      finds('meta.lastModified ge "2011-05-13T04:42:34Z"', 2),
      finds('meta.lastModified lt "2011-05-13T04:42:34Z"', 0),
      finds('meta.lastModified le "2011-05-13T04:42:34Z"', 0),
      finds('title pr and userType eq "Employee"', 1),
      finds('title pr or userType eq "Intern"', 2),
      finds(`schemas eq "${ENTERPRISE}"`, 1),
      finds('userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', 1),
      finds('userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', 1),
      finds('userType eq "Employee" and (emails.type eq "work")', 1),
      finds('userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', 1),
      finds(
        'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.example.com"]',
        2,
      ),
      finds(`${ENTERPRISE}:employeeNumber eq "701984"`, 1),
      finds('userName ew "BOB"', 1),
      // 3.4.2.2: and before or, brackets before both.
      finds('title pr or userType eq "Intern" and userName eq "nobody"', 1),
      finds('(title pr or userType eq "Intern") and userName eq "nobody"', 0),
      ...['userName ~~ "x"', 'userName eq', '(userName eq "x"', 'emails[type eq "work"', 'not userName'].map(
        (text): DialectStep => ({ method: 'GET', path: filter(text), ...refused(400, 'invalidFilter') }),
      ),
    ],
  },
  {
    name: '3.4.2.3 sorting and 3.4.2.4 pagination; 3.9 attributes',
    group: 'rfc pages',
    steps: [
      ...made,
      // "sort" is not supported, as ServiceProviderConfig says: the order is that of their making.
      { method: 'GET', path: '/Users?sortBy=userName&sortOrder=descending', status: 200, answer: { totalResults: 2 } },
      {
        method: 'GET',
        path: '/Users?startIndex=1&count=10',
        status: 200,
        answer: {
          totalResults: 2,
          itemsPerPage: 2,
          startIndex: 1,
          Resources: [{ userName: 'ann' }, { userName: 'Jbob' }],
        },
      },
      {
        method: 'GET',
        path: '/Users?startIndex=2&count=1',
        status: 200,
        answer: { totalResults: 2, itemsPerPage: 1, startIndex: 2, Resources: [{ userName: 'Jbob' }] },
      },
      {
        method: 'GET',
        path: '/Users?startIndex=3',
        status: 200,
        answer: { totalResults: 2, itemsPerPage: 0, Resources: [] },
      },
      { method: 'GET', path: '/Users?startIndex=0&count=-1', status: 200, answer: { startIndex: 1, itemsPerPage: 0 } },
      { method: 'GET', path: '/Users/$ann?attributes=userName', status: 200, answer: { userName: 'ann', id: '$ann' } },
      { method: 'GET', path: '/Users?excludedAttributes=emails,name', status: 200, answer: { totalResults: 2 } },
    ],
  },
  {
    name: '3.4.3 searching by POST, 3.7 bulk, 3.11 /Me: not spoken, and said so; 3.13 the version stands in the path',
    group: 'rfc unspoken',
    steps: [
      ...['/.search', '/Users/.search', '/Groups/.search', '/Bulk'].map((path): DialectStep => ({
        method: 'POST',
        path,
        body: { schemas: [] },
        ...refused(501),
      })),
      { method: 'GET', path: '/Me', ...refused(501) },
      {
        method: 'GET',
        path: '/ServiceProviderConfig',
        status: 200,
        answer: {
          bulk: { supported: false },
          sort: { supported: false },
          etag: { supported: false },
          patch: { supported: true },
        },
      },
      { method: 'GET', path: `/Schemas?filter=${encodeURIComponent('id pr')}`, ...refused(403) },
      { method: 'GET', path: `/ResourceTypes?filter=${encodeURIComponent('id pr')}`, ...refused(403) },
    ],
  },
  {
    name: '3.5.1 replacing with PUT',
    group: 'rfc put',
    steps: [
      ...withGroup('rfc put', '$ann', '$bob'),
      {
        method: 'PUT',
        path: '/Users/$ann',
        body: {
          schemas: [USER],
          id: '$ann',
          userName: 'ann',
          name: { familyName: 'Li' },
          roles: [],
          emails: [{ value: 'ann@new.example.com' }],
        },
        status: 200,
        answer: { id: '$ann', userName: 'ann', name: { familyName: 'Li' }, emails: [{ value: 'ann@new.example.com' }] },
        present: ['ann', 'bob'],
      },
      { method: 'PUT', path: '/Users/no-such-one', body: ann, ...refused(404) },
      { method: 'PUT', path: '/Users/$ann', body: { schemas: [USER] }, ...refused(400, 'invalidValue') },
      {
        method: 'PUT',
        path: '/Users/$ann',
        body: { schemas: [USER], userName: 'jBOB' },
        ...refused(409, 'uniqueness'),
      },
      {
        method: 'PUT',
        path: '/Groups/$group',
        body: { schemas: [GROUP], id: '$group', displayName: 'rfc put', members: [{ value: '$bob' }] },
        status: 200,
        answer: { displayName: 'rfc put', members: [{ value: '$bob' }] },
        present: ['bob'],
      },
    ],
  },
  {
    name: '3.5.2.1 add',
    group: 'rfc add',
    steps: [
      ...withGroup('rfc add'),
      changesGroup(
        [
          {
            op: 'add',
            path: 'members',
            value: [{ display: 'Ann', $ref: 'https://example.com/v2/Users/$ann', value: '$ann' }],
          },
        ],
        ['ann'],
      ),
      // The same value once more changes nothing.
      changesGroup([{ op: 'add', path: 'members', value: [{ value: '$ann' }] }], ['ann']),
      // As an attribute without a path.
      changesGroup([{ op: 'add', value: { members: [{ value: '$bob' }] } }], ['ann', 'bob']),
      changesAnn(
        [{ op: 'add', value: { emails: [{ value: 'ann@more.example.org', type: 'other' }], nickName: 'Annie' } }],
        {
          nickName: 'Annie',
          emails: [...ann.emails, { value: 'ann@more.example.org', type: 'other' }],
        },
      ),
      changesAnn([{ op: 'add', path: 'title', value: 'Boss' }], { title: 'Boss' }),
    ],
  },
  {
    name: '3.5.2.2 remove',
    group: 'rfc remove',
    steps: [
      ...withGroup('rfc remove', '$ann', '$bob'),
      changesGroup([{ op: 'remove', path: 'members[value eq "$ann"]' }], ['bob']),
      // One out and another in, in one request.
      changesGroup(
        [
          { op: 'remove', path: 'members[value eq "$bob"]' },
          { op: 'add', path: 'members', value: [{ display: 'Ann', value: '$ann' }] },
        ],
        ['ann'],
      ),
      changesAnn([{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }], {
        emails: [{ value: 'ann@home.example.org', type: 'home' }],
      }),
      changesAnn([{ op: 'remove', path: 'title' }], { userName: 'ann' }),
      finds('title pr', 0),
      { method: 'PATCH', path: '/Users/$ann', body: patch({ op: 'remove' }), ...refused(400, 'noTarget') },
    ],
  },
  {
    name: '3.5.2.3 replace',
    group: 'rfc replace',
    steps: [
      ...withGroup('rfc replace', '$ann'),
      // All members by others: within the guard, since as many come as go.
      changesGroup([{ op: 'replace', path: 'members', value: [{ value: '$ann' }, { value: '$bob' }] }], ['ann', 'bob']),
      changesAnn(
        [
          {
            op: 'replace',
            path: 'addresses[type eq "work"]',
            value: { type: 'work', streetAddress: '911 Side St', locality: 'Town' },
          },
        ],
        { addresses: [{ type: 'work', streetAddress: '911 Side St', locality: 'Town' }] },
      ),
      changesAnn([{ op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' }], {
        addresses: [{ type: 'work', streetAddress: '1010 Broadway Ave' }],
      }),
      changesAnn(
        [
          {
            op: 'replace',
            value: { emails: [{ value: 'ann@example.com', type: 'work', primary: true }], nickName: 'Annie' },
          },
        ],
        { emails: [{ value: 'ann@example.com', type: 'work', primary: true }], nickName: 'Annie' },
      ),
      // The RFC has noTarget here. Entra ID replaces a kind of value that may not be there yet: it is made.
      changesAnn([{ op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555' }], {
        phoneNumbers: [{ type: 'mobile', value: '+1 555' }],
      }),
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'replace', path: 'emails[value eq "gone@example.com"].type', value: 'home' }),
        ...refused(400, 'noTarget'),
      },
      // 3.5.2: a request is carried out whole or not at all.
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch(
          { op: 'replace', path: 'title', value: 'Half' },
          { op: 'replace', path: 'emails[type', value: 'x' },
        ),
        ...refused(400, 'invalidPath'),
      },
      finds('title eq "Half"', 0),
    ],
  },
  {
    name: '3.12 errors',
    group: 'rfc errors',
    steps: [
      ...made,
      { method: 'GET', path: '/Users/2819c223-7f76-453a-919d-413861904646', ...refused(404) },
      { method: 'POST', path: '/Users', body: { schemas: [USER] }, ...refused(400, 'invalidValue') },
      { method: 'PATCH', path: '/Users/$ann', body: {}, ...refused(400, 'invalidSyntax') },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'move', path: 'title' }),
        ...refused(400, 'invalidSyntax'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'replace', value: 7 }),
        ...refused(400, 'invalidValue'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'add', path: 'a[b', value: 1 }),
        ...refused(400, 'invalidPath'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'remove', path: 'emails[type is "x"]' }),
        ...refused(400, 'invalidFilter'),
      },
      {
        method: 'PATCH',
        path: '/Users/nobody',
        body: patch({ op: 'add', path: 'title', value: 'x' }),
        ...refused(404),
      },
    ],
  },
]
