import type { HostileBody } from '../../../apps/api/testing/hostile-bodies.ts'
import { joins } from './events.ts'

/** Nothing is wrong with them: all of each is recorded, again and again. */
const BATCHES = 'whole batches'

/** A megabyte each, for which nobody needs a token. */
const DOCUMENTS = 'the OpenAPI document'

/** By what they are sent to: each kind is held by other limits. */
export const HOSTILE_KINDS: Readonly<Record<string, (body: HostileBody) => boolean>> = {
  'nobody has a token': ({ withToken, method }) => !withToken && method !== 'GET',
  [DOCUMENTS]: ({ name }) => name === DOCUMENTS,
  'one thing at a time': ({ withToken, path }) => withToken && !/events|members\?|scim/.test(path),
  SCIM: ({ path }) => path.startsWith('/scim'),
  events: ({ name, withToken, path }) => withToken && path === '/v1/events' && name !== BATCHES,
  'lists as JSON': ({ path, type }) => path.includes('members?') && type !== 'text/csv',
  'lists as CSV': ({ type }) => type === 'text/csv',
  [BATCHES]: ({ name }) => name === BATCHES,
}

export const makeBatches = (): HostileBody[] =>
  Array.from({ length: 5 }, (_, at) => ({
    name: BATCHES,
    method: 'POST',
    path: '/v1/events',
    type: 'application/json',
    body: Buffer.from(JSON.stringify(joins(1_000, { prefix: `batch-${at}` }).map(({ id: _id, ...event }) => event))),
    withToken: true,
    statuses: [202],
  }))

export const makeDocuments = (): HostileBody[] => [
  {
    name: DOCUMENTS,
    method: 'GET',
    path: '/openapi.json',
    type: 'application/json',
    body: Buffer.alloc(0),
    withToken: false,
    statuses: [200, 429],
  },
]
