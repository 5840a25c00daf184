import { createAppleClient } from '@flightroster/app-store-connect'
import { systemClock } from '@flightroster/core/domain'
import { createLog } from '@flightroster/core/log'
import { startEmulator, type Emulator, type EmulatorOptions } from '@flightroster/emulator'
import type { ApiDeps } from '../src/deps.ts'
import { serveApi, type TestApi } from './serve.ts'

export interface TestApiWithApple extends TestApi {
  emulator: Emulator
  /** Puts the emulator's first key as a team key. */
  putTeamKey(id?: string): Promise<void>
}

/** The API in front of an App Store Connect emulator, over HTTP. */
export async function serveApiWithApple(
  options: EmulatorOptions = {},
  overrides: Partial<ApiDeps> = {},
): Promise<TestApiWithApple> {
  const emulator = await startEmulator(options)
  const apple = createAppleClient({
    baseUrl: emulator.url,
    clock: systemClock,
    log: createLog({ level: 'silent', name: 'apple' }),
  })
  const api = await serveApi({ apple, ...overrides })
  return {
    ...api,
    emulator,
    async putTeamKey(id = 'acme') {
      const [key] = emulator.keys
      const body = { issuerId: key?.issuerId, keyId: key?.keyId, privateKey: key?.privateKeyPem }
      const answer = await api.call('PUT', `/v1/team-keys/${id}`, body)
      if (answer.statusCode >= 300) throw new Error(`The team key was not taken: ${answer.body}`)
    },
    async close() {
      await api.close()
      await apple.close()
      await emulator.close()
    },
  }
}
