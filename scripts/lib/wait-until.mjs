import { setTimeout as sleep } from 'node:timers/promises'
import { Stop } from './say.mjs'

/** Asks again and again until the answer is truthy, and returns it. */
export async function waitUntil(ask, { timeoutMs, everyMs = 100, otherwise }) {
  const until = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() >= until) throw otherwise ?? new Stop('Waited too long.')
    await sleep(everyMs)
  }
}
