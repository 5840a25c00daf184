import { createLog } from '@flightroster/core/log'
import { createMetrics } from '@flightroster/core/metrics'
import { NO_TRACING } from '@flightroster/core/tracing'
import { buildApp } from './app.ts'
import type { ApiDeps } from './deps.ts'
import { useOpenApi } from './plugins/openapi.ts'

/** The OpenAPI document of all routes, as text. Needs no store: registering a route reads none of its deps. */
export async function buildOpenApiText(): Promise<string> {
  const deps = {
    log: createLog({ level: 'silent', name: 'openapi' }),
    metrics: createMetrics({ process: false }),
    tracing: NO_TRACING,
    adminToken: 'never-listens',
    trustProxy: false,
    servesMetrics: true,
    describe: useOpenApi,
  } as Partial<ApiDeps> as ApiDeps
  const app = await buildApp(deps)
  await app.ready()
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await app.close()
  return text
}
