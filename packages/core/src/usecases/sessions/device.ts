import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { SealError, type Sealer } from '../../secrets/index.ts'

/** A browser that somebody logged in with is known for 180 days (ms). */
export const DEVICE_MS = 180 * 86_400_000

const CONTEXT = 'login-device'
const shape = z.object({ user: z.string(), id: z.string(), at: z.number() })

/** What a browser keeps of a log-in: sealed, so that nobody makes one. It lets nobody in; it only gives a count of wrong passwords of its own. */
export function makeDevice(deps: { sealer: Sealer; clock: Clock }, user: string): string {
  return deps.sealer.seal(JSON.stringify({ user, id: randomUUID(), at: deps.clock.now() }), CONTEXT)
}

/** The browser's id, where it has logged in as this user in the last half year. */
export function readDevice(
  deps: { sealer: Sealer; clock: Clock },
  sealed: string | undefined,
  user: string,
): string | undefined {
  if (sealed === undefined) return undefined
  try {
    const device = shape.parse(JSON.parse(deps.sealer.open(sealed, CONTEXT)))
    return device.user === user && deps.clock.now() - device.at < DEVICE_MS ? device.id : undefined
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}
