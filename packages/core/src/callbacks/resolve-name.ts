import { readFile } from 'node:fs/promises'
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/** A sentence for people. */
export class NameUnresolved extends Error {
  override readonly name = 'NameUnresolved'
}

/** Every address of a host name; throws where it has none. */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<string[]>

const QUERY_TIMEOUT_MS = 2_500
const QUERY_TRIES = 2
const HOSTS_FILE = '/etc/hosts'

/**
 * Asks name servers directly. The system's own lookup holds one of four threads until it gives up, so one name whose servers are
 * dead would slow down every other lookup of the process; it is asked only where the servers know no such name at once, since
 * search domains and other sources may know it.
 */
export const resolveName: ResolveName = async (name, signal) => {
  if (/(^|\.)localhost\.?$/i.test(name)) return ['127.0.0.1', '::1']
  const listed = await findInHosts(name)
  if (listed.length > 0) return listed
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES })
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length > 0) return addresses
    const codes = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : ''))
    if (codes.some((code) => code === 'ETIMEOUT' || code === 'ECANCELLED')) {
      throw new NameUnresolved('The name servers do not answer.')
    }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
  const found = await lookup(name, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function findInHosts(name: string): Promise<string[]> {
  const text = await readFile(HOSTS_FILE, 'utf8').catch(() => '')
  const wanted = name.toLowerCase().replace(/\.$/, '')
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    return isIP(address) !== 0 && names.some((one) => one.toLowerCase() === wanted) ? [address] : []
  })
}
