import type { Dialect, DialectStep } from '../scim-dialects.ts'
import { USER, ENTERPRISE, filter, refused, finds, ann, made } from './requests.ts'

/** 3.3, 3.4, 3.6: making, finding and deleting. */
export const RFC_READING: Dialect[] = [
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
]
