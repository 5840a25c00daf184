import { afterAll } from 'vitest'
import type { ApiDeps } from '../src/deps.ts'
import { connectScim, type ScimClient } from './scim.ts'
import { serveApi, type TestApi } from './serve.ts'

/**
 * The API for one test file, and an identity provider with a token that is bound to no roster; gone after the last test. At the top of the
 * file: `const { api, idp } = await withScim()`. Only under vitest.
 */
export async function withScim(overrides: Partial<ApiDeps> = {}): Promise<{ api: TestApi; idp: ScimClient }> {
  const api = await serveApi(overrides)
  afterAll(() => api.close())
  return { api, idp: await connectScim(api) }
}
