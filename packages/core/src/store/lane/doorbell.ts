import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/**
 * Tells of lanes that are rung, over a connection of its own: a subscriber can send no commands. Asked for anew at each connection: the
 * client asks by itself only for what was confirmed before, and what is lost on the way is lost for good. Until it is heard, the poll
 * does the work.
 */
export function listenToDoorbell(
  subscriber: Redis,
  rung: (lane: string) => void,
  failed: (error: unknown) => void,
): void {
  const listen = () => void subscriber.subscribe(globalKeys.doorbell).catch(failed)
  subscriber.on('message', (_channel, lane) => rung(lane))
  subscriber.on('ready', listen)
  if (subscriber.status === 'ready') listen()
}
