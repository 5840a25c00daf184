import { createClient } from './api-client.mjs'

/** How many calls the emulator has had. */
export async function countCalls(base) {
  const calls = await createClient(base).expect('GET', '/_control/calls')
  return calls.length
}
