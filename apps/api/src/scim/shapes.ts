import { z } from 'zod'
import { giveExample } from '../schemas/example.ts'
import { ERROR_SCHEMA } from './fault.ts'
import { GROUP_SCHEMA } from './group-resource.ts'
import { LIST_SCHEMA } from './lists.ts'
import { USER_SCHEMA } from './user-resource.ts'

/** What the OpenAPI document says of bodies; providers differ too much for more to be checked by it. */
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

const meta = z.looseObject({ resourceType: z.string(), location: z.string() })
const schemas = z.array(z.string())

const USER = {
  userName: 'ann.lee@example.com',
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [{ value: 'ann.lee@example.com', type: 'work', primary: true }],
  active: true,
}
const ID = '2819c223-7f76-453a-919d-413861904646'

/** A user as a provider sends it, for the reference. */
export const userBody = z.looseObject({
  schemas: schemas.optional(),
  userName: z.string().describe('Unique, without case'),
  externalId: z.string().optional(),
  name: z.looseObject({}).optional(),
  emails: z.array(z.looseObject({ value: z.string() })).optional(),
  active: z.boolean().default(true).describe('false: leaves every roster and stays readable'),
})
giveExample(userBody, { schemas: [USER_SCHEMA], ...USER })

/** A user as it is answered, for the reference. */
export const userResource = z.looseObject({ schemas, id: z.string(), userName: z.string(), active: z.boolean(), meta })
giveExample(userResource, {
  schemas: [USER_SCHEMA],
  id: ID,
  ...USER,
  meta: { resourceType: 'User', location: `https://flightroster.example.com/scim/v2/Users/${ID}` },
})

/** A group as a provider sends it, for the reference. */
export const groupBody = z.looseObject({
  schemas: schemas.optional(),
  displayName: z.string(),
  externalId: z.string().optional(),
  members: z.array(z.looseObject({ value: z.string().describe('The id of a User') })).optional(),
})
giveExample(groupBody, { schemas: [GROUP_SCHEMA], displayName: 'Beta', members: [{ value: ID }] })

/** A group as it is answered, for the reference. */
export const groupResource = z.looseObject({ schemas, id: z.string(), displayName: z.string(), meta })
giveExample(groupResource, {
  schemas: [GROUP_SCHEMA],
  id: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
  displayName: 'Beta',
  meta: {
    resourceType: 'Group',
    location: 'https://flightroster.example.com/scim/v2/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a',
  },
  members: [{ value: ID, type: 'User' }],
})

/** A change of some attributes, for the reference. */
export const patchBody = z.looseObject({
  schemas: schemas.optional(),
  Operations: z.array(z.looseObject({ op: z.string(), path: z.string().optional(), value: z.unknown().optional() })),
})
giveExample(patchBody, {
  schemas: [PATCH_SCHEMA],
  Operations: [{ op: 'replace', path: 'active', value: false }],
})

const list = () =>
  z.looseObject({
    schemas,
    totalResults: z.number(),
    startIndex: z.number(),
    itemsPerPage: z.number(),
    Resources: z.array(z.looseObject({})),
  })
const listExample = { schemas: [LIST_SCHEMA], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] }
/** Users that were searched for, for the reference. */
export const userList = list()
giveExample(userList, listExample)
/** Groups that were searched for, for the reference. */
export const groupList = list()
giveExample(groupList, listExample)
/** What discovery lists, for the reference. */
export const discoveryList = list()
giveExample(discoveryList, listExample)

/** One thing that discovery tells, for the reference. */
export const discovered = z.looseObject({ schemas })
giveExample(discovered, { schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'] })

/** A refusal, for the reference. */
export const scimError = z.looseObject({
  schemas,
  status: z.string(),
  scimType: z.string().optional(),
  detail: z.string(),
})
/** A refusal as an example. */
export const SCIM_ERROR_EXAMPLE = { schemas: [ERROR_SCHEMA], status: '404', detail: 'User not found.' }
