import type { FastifyRequest } from 'fastify'
import { BlockList, isIPv6 } from 'node:net'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Scheme and host as the browser sees them, such as `https://flightroster.example.com`. */
    readonly origin: string
  }
}

/** Whether the peer that many hops before us, 0 the one that connected, is a proxy whose word counts. */
export type Trust = (address: string | undefined, hop: number) => boolean

/** Fastify takes no number of hops (it trusts nobody then), so it is given a function whatever was set. */
export function toTrust(trustProxy: ApiDeps['trustProxy']): Trust {
  if (typeof trustProxy === 'boolean') return () => trustProxy
  // Whoever sets a number says that nobody reaches the API but through so many proxies.
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy
  const proxies = new BlockList()
  for (const entry of trustProxy.split(',')) {
    const [address = '', bits] = entry.trim().split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(bits), family)
  }
  return (address) => address !== undefined && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** `request.origin`; forwarded headers count only from a trusted proxy (TRUST_PROXY). */
export function useOrigin(app: ApiServer, trust: Trust): void {
  app.decorateRequest('origin', {
    getter(this: FastifyRequest) {
      const { socket } = this.raw
      const isEncrypted = 'encrypted' in socket && socket.encrypted === true
      const told = trust(socket.remoteAddress, 0)
      const scheme = told ? forwarded(this, 'x-forwarded-proto')?.toLowerCase() : undefined
      const host = told ? forwarded(this, 'x-forwarded-host') : undefined
      const isSecure = scheme === undefined ? isEncrypted : scheme === 'https'
      return `${isSecure ? 'https' : 'http'}://${host ?? this.headers.host ?? ''}`
    },
  })
}

/**
 * What the outermost trusted proxy was asked. Proxies in a row each add their own word, or pass on that of the first, so
 * there may be fewer words than proxies; what stands before theirs was sent by the browser itself.
 */
function forwarded(request: FastifyRequest, name: string): string | undefined {
  const sent = request.headers[name]
  if (sent === undefined || sent.length === 0) return undefined
  const words = String(sent).split(',')
  // The peer, then those whom trusted proxies name, the browser last.
  const proxies = Math.max(1, (request.ips?.length ?? 1) - 1)
  return words[Math.max(0, words.length - proxies)]?.trim()
}
