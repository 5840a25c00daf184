import type { HostileBody } from '../../../apps/api/testing/hostile-bodies.ts'

/** By what they are sent to: each kind is held by other limits. */
export const HOSTILE_KINDS: Readonly<Record<string, (body: HostileBody) => boolean>> = {
  'nobody has a token': ({ withToken }) => !withToken,
  'one thing at a time': ({ withToken, path }) => withToken && !/events|members\?/.test(path),
  events: ({ withToken, path }) => withToken && path === '/v1/events',
  'lists as JSON': ({ path, type }) => path.includes('members?') && type !== 'text/csv',
  'lists as CSV': ({ type }) => type === 'text/csv',
}
