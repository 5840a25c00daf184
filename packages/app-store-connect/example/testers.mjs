import { readFileSync } from 'node:fs'
import { createAppleClient, isAppleError } from '@flightroster/app-store-connect'

const { ISSUER_ID, KEY_ID, KEY_FILE, BUNDLE_ID, APP_STORE_CONNECT_URL } = process.env
const credentials = { issuerId: ISSUER_ID, keyId: KEY_ID, privateKey: readFileSync(KEY_FILE, 'utf8') }

let left = Infinity
const gate = {
  admit: async ({ write }) => {
    if (write && left < 100) throw new Error('The last hundred calls of the hour are for reading.')
  },
  note: ({ method, path, status, quota }) => {
    left = quota.hourRemaining ?? left
    console.log(`${method} ${path}: ${status}, ${left} calls left`)
  },
}

const client = createAppleClient({ baseUrl: APP_STORE_CONNECT_URL })
const session = client.session(credentials, gate)
try {
  const [app] = await session.findApps({ bundleId: BUNDLE_ID })
  for (const group of await session.listGroups(app.id)) {
    const { testers, complete } = await session.listGroupTesters(group.id)
    console.log(`${group.name}: ${testers.length} testers${complete ? '' : ', and perhaps more'}`)
  }
  await session.getGroup('no-such-group')
} catch (error) {
  if (!isAppleError(error)) throw error
  console.log(`${error.code} (${error.status}): ${error.message}`)
} finally {
  await client.close()
}
