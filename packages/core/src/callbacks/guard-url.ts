import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'
import { NameUnresolved, type ResolveName } from './resolve-name.ts'

/** Why a callback may not go to a URL: a sentence for people. */
export class UrlRefused extends Error {
  override readonly name = 'UrlRefused'
}

/** A URL that was judged, and the only addresses that may be connected to for it. */
export interface AdmittedUrl {
  url: URL
  addresses: { address: string; family: 4 | 6 }[]
}

/** Decides which addresses callbacks may go to, so that nobody reaches our own network through us. */
export interface UrlGuard {
  /** What can be said without asking anybody: scheme, credentials, literal addresses in every spelling. Throws UrlRefused. */
  judge(text: string): URL
  /** The whole judgement, for one connection: every address of the name has to pass. Throws UrlRefused, or what the lookup throws. */
  admit(text: string, signal: AbortSignal): Promise<AdmittedUrl>
}

/** `allowPrivate` takes any address; scheme and credentials are judged all the same. */
export function createUrlGuard(options: { allowPrivate: boolean; resolve: ResolveName }): UrlGuard {
  const { allowPrivate, resolve } = options
  const judge = (text: string): URL => {
    const url = parseUrl(text)
    const literal = literalOf(url)
    if (literal === undefined || allowPrivate) return url
    if (!isPublicAddress(literal)) throw new UrlRefused(`${literal} is not a public address.`)
    return url
  }
  return {
    judge,
    async admit(text, signal) {
      const url = judge(text)
      const literal = literalOf(url)
      const found = literal === undefined ? await resolve(url.hostname, signal) : [literal]
      if (found.length === 0) throw new NameUnresolved('The name has no address.')
      const refused = allowPrivate ? undefined : found.find((address) => !isPublicAddress(address))
      // One bad address among good ones is enough: which of them is connected to would be chance.
      if (refused !== undefined) throw new UrlRefused(`The name stands for ${refused}, which is not a public address.`)
      return { url, addresses: found.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 })) }
    },
  }
}

/** The URL standard reads decimal, hex, octal and short IPv4 addresses, and full-width digits, so that one spelling is left to judge. */
function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new UrlRefused('It is not a URL that can be called.')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UrlRefused('Only http and https are called.')
  if (url.username !== '' || url.password !== '') throw new UrlRefused('It holds a user name or a password.')
  return url
}

function literalOf(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? undefined : host
}
