import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const FIRST = 10_000
const LAST = 32_000
const EPHEMERAL_RANGE = '/proc/sys/net/ipv4/ip_local_port_range'

/** More than Vitest runs files at once. */
const SLICES = 16
/** Ports that were given by this process lately, oldest first: whoever asked may not have started its server yet. */
const given = new Set<number>()
const MOST_GIVEN = 500

/**
 * A port of 127.0.0.1 that is free now, out of those that the system gives to no outgoing connection: such a connection would
 * take it before the server starts, or while a test has that server killed. Files that run at once choose from different
 * ports: two stacks that were given one would have the tests of the first ask the API of the second.
 */
export async function freePort(): Promise<number> {
  const size = Math.floor((Math.min(LAST, firstEphemeralPort() - 1) - FIRST + 1) / SLICES)
  const slice = (Number(process.env['VITEST_POOL_ID']) || 0) % SLICES
  for (;;) {
    const port = FIRST + slice * size + Math.floor(Math.random() * size)
    if (given.has(port)) continue
    given.add(port)
    const [oldest] = given
    if (given.size > Math.min(MOST_GIVEN, size / 2) && oldest !== undefined) given.delete(oldest)
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
