import { z } from 'zod'
import type { ApiServer } from '../server.ts'

/** Those who send here add parameters of their own to an address that they were given, as CloudEvents' web hooks allow. */
const EVENTS = '/v1/events'

/**
 * A query that a route does not read is refused like an unknown field. `?dryRun=true` of a request that wants `dryRun` in its body
 * would be carried out in earnest.
 */
export function useStrictQueries(app: ApiServer): void {
  app.addHook('onRoute', (route) => {
    const isFromOutside = route.config?.scope === 'public' || route.url === EVENTS
    if (!route.url.startsWith('/v1/') || isFromOutside || route.schema?.querystring) return
    route.schema = { ...route.schema, querystring: z.strictObject({}) }
  })
}
