/** RFC 7643, sections 5 to 7, as data: what of SCIM is spoken here. */
import { GROUP_LIMIT } from './context.ts'
import { MOST_RESULTS } from './lists.ts'
import { USER_SCHEMA } from './user-resource.ts'
import { GROUP_SCHEMA } from './group-resource.ts'

const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'
const CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'
const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** Some providers cut changes of a group into pieces of `maxOperations`, and refuse to go on where it is absent. */
const BULK_OPERATIONS = 1_000

/** What this service can do (RFC 7643, 5). `base`: before the paths in answers. */
export const serviceProviderConfig = (base: string) => ({
  schemas: [CONFIG_SCHEMA],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: BULK_OPERATIONS, maxPayloadSize: GROUP_LIMIT },
  filter: { supported: true, maxResults: MOST_RESULTS },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token of the scope scim, as POST /v1/tokens makes it',
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
})

/** Users and groups, and where they are (RFC 7643, 6). */
export const resourceTypes = (base: string) => [
  {
    schemas: [TYPE_SCHEMA],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'A person; a member of the rosters of their groups',
    schema: USER_SCHEMA,
    schemaExtensions: [{ schema: ENTERPRISE_SCHEMA, required: false }],
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
  },
  {
    schemas: [TYPE_SCHEMA],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'People; those of the rosters that name it',
    schema: GROUP_SCHEMA,
    schemaExtensions: [],
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/Group` },
  },
]

interface Attribute {
  name: string
  type?: 'string' | 'boolean' | 'complex' | 'reference'
  multiValued?: boolean
  required?: boolean
  caseExact?: boolean
  mutability?: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly'
  uniqueness?: 'none' | 'server'
  subAttributes?: Attribute[]
}

const attribute = ({ name, subAttributes, ...rest }: Attribute): object => ({
  name,
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...rest,
  ...(subAttributes ? { type: 'complex', subAttributes: subAttributes.map(attribute) } : {}),
})

const texts = (...names: string[]): Attribute[] => names.map((name) => ({ name }))
const many = (name: string, ...more: Attribute[]): Attribute => ({
  name,
  multiValued: true,
  subAttributes: [...texts('value', 'display', 'type'), { name: 'primary', type: 'boolean' }, ...more],
})

const USER_ATTRIBUTES: Attribute[] = [
  { name: 'userName', required: true, uniqueness: 'server' },
  { name: 'externalId', caseExact: true },
  {
    name: 'name',
    subAttributes: texts('formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'),
  },
  ...texts('displayName', 'nickName', 'profileUrl', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'),
  { name: 'active', type: 'boolean' },
  many('emails'),
  many('phoneNumbers'),
  many('ims'),
  many('photos'),
  {
    name: 'addresses',
    multiValued: true,
    subAttributes: texts('formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country', 'type'),
  },
  { name: 'groups', multiValued: true, mutability: 'readOnly', subAttributes: texts('value', 'display', 'type') },
  many('entitlements'),
  many('roles'),
]

const GROUP_ATTRIBUTES: Attribute[] = [
  { name: 'displayName', required: true },
  { name: 'externalId', caseExact: true },
  { name: 'members', multiValued: true, subAttributes: texts('value', 'display', 'type') },
]

const ENTERPRISE_ATTRIBUTES: Attribute[] = [
  ...texts('employeeNumber', 'costCenter', 'organization', 'division', 'department'),
  { name: 'manager', subAttributes: texts('value', 'displayName') },
]

/** The attributes of users and groups (RFC 7643, 7). */
export const schemas = (base: string) =>
  [
    { id: USER_SCHEMA, name: 'User', description: 'A person', attributes: USER_ATTRIBUTES },
    { id: GROUP_SCHEMA, name: 'Group', description: 'People', attributes: GROUP_ATTRIBUTES },
    {
      id: ENTERPRISE_SCHEMA,
      name: 'EnterpriseUser',
      description: 'A person at work',
      attributes: ENTERPRISE_ATTRIBUTES,
    },
  ].map(({ attributes, ...schema }) => ({
    schemas: [SCHEMA_SCHEMA],
    ...schema,
    attributes: attributes.map(attribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }))
