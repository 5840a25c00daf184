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

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
export const patch = (...Operations: object[]) => ({ schemas: [PATCH], Operations })
export const find = (path: string, filter: string, more = '') => `${path}?filter=${encodeURIComponent(filter)}${more}`
export const nobody = { totalResults: 0, Resources: [] }
