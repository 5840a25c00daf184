import type { ErrorCode } from '@flightroster/core/errors'
import type { ApiServer } from '../server.ts'
import { codesOf } from './codes.ts'

/** For tests: a refusal with a code that the reference does not name for its route is a fault of the route. */
export function useDeclaredCodes(app: ApiServer): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { config, schema, url, method } = request.routeOptions
    const isHidden = schema?.hide === true
    if (config.scope === undefined || isHidden || typeof payload !== 'string') return
    if (!String(reply.getHeader('content-type')).startsWith('application/problem+json')) return
    const { code } = JSON.parse(payload) as { code: ErrorCode }
    if (codesOf({ method, config, schema }).includes(code)) return
    // The refusal's own status would stay.
    void reply.code(500)
    throw new Error(`${String(method)} ${url} answers "${code}", which it does not declare: add it to config.problems`)
  })
}
