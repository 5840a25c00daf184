import type { DialectStep } from '../scim-dialects.ts'

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
export const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
export const filter = (text: string, more = '') => `/Users?filter=${encodeURIComponent(text)}${more}`
export const refused = (status: number, scimType?: string) => ({
  status,
  answer: { schemas: [ERROR], status: String(status), ...(scimType ? { scimType } : {}) },
})
/** Found are as many as are said. */
export const finds = (text: string, totalResults: number): DialectStep => ({
  method: 'GET',
  path: filter(text),
  status: 200,
  answer: { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults },
})

export const ann = {
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
export const made: DialectStep[] = [
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
export const withGroup = (group: string, ...members: string[]): DialectStep[] => [
  ...made,
  {
    method: 'POST',
    path: '/Groups',
    body: { schemas: [GROUP], displayName: group, members: members.map((value) => ({ value })) },
    status: 201,
    keep: 'group',
  },
]
export const changesAnn = (operations: object[], answer: object): DialectStep => ({
  method: 'PATCH',
  path: '/Users/$ann',
  body: patch(...operations),
  status: 200,
  answer,
})
export const changesGroup = (operations: object[], present: string[]): DialectStep => ({
  method: 'PATCH',
  path: '/Groups/$group',
  body: patch(...operations),
  status: 204,
  present,
})
