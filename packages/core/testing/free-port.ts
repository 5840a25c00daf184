import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const FIRST = 10_000
const LAST = 32_000
const EPHEMERAL_RANGE = '/proc/sys/net/ipv4/ip_local_port_range'

/**
 * A port of 127.0.0.1 that is free now, out of those that the system gives to no outgoing connection: such a connection would
 * take it before the server starts, or while a test has that server killed.
 */
export async function freePort(): Promise<number> {
  const last = Math.min(LAST, firstEphemeralPort() - 1)
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (last - FIRST + 1))
    if (await isFree(port)) return port
  }
}

/** From the system's own setting, where it tells one. */
export function firstEphemeralPort(): number {
  try {
    const [first] = readFileSync(EPHEMERAL_RANGE, 'utf8').trim().split(/\s+/)
    return Math.max(Number(first) || LAST, FIRST + 1_000)
  } catch {
    return LAST
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
