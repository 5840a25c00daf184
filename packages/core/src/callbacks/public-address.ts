import ipaddr from 'ipaddr.js'

/** The only part of IPv6 from which public addresses are given out; what lies elsewhere may embed an IPv4 address. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** Public by its range, but every Azure machine reaches its own host's agent there. */
const AZURE_HOST_AGENT = '168.63.129.16'

/**
 * True for an address that anybody on the internet may have: no loopback, private, link-local, carrier-grade NAT, metadata,
 * multicast or reserved one, and none that embeds an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo). Zone ids never pass.
 */
export function isPublicAddress(text: string): boolean {
  if (text.includes('%')) return false
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text).range() === 'unicast' && text !== AZURE_HOST_AGENT
  }
  if (!ipaddr.IPv6.isValid(text)) return false
  const address = ipaddr.IPv6.parse(text)
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST)
}
