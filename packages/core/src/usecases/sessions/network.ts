import { isIPv6 } from 'node:net'

/** What one sender can change at will counts as one: an IPv6 host has a whole /64 to itself. */
export function networkOf(address: string): string {
  return partOf(address, 4)
}

/** Who may have many networks: a customer of a provider gets up to a /48 of IPv6, which is 65,536 of them. */
export function siteOf(address: string): string {
  return partOf(address, 3)
}

/** A provider's and a customer's, the wider first. */
export function widerNetworksOf(address: string): [string, string] {
  const site = siteOf(address)
  return [isIPv6(site.split('/')[0] ?? '') ? partOf(address, 2) : site.split('.').slice(0, 2).join('.'), site]
}

/** The first groups of an IPv6 address; an IPv4 address as it is. */
function partOf(address: string, count: number): string {
  if (!isIPv6(address)) return address
  const groups = groupsOf(address)
  // An IPv4 address in the clothes of IPv6, however it is written: all of these together are no one's /64.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, count)
    .map((group) => group.toString(16))
    .join(':')}::/${count * 16}`
}

/** Its eight groups; `address` is one of IPv6. */
function groupsOf(address: string): number[] {
  const hexOnly = (address.split('%')[0] ?? '').replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_all, ...[a, b, c, d]: string[]) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  )
  const [head = '', tail = ''] = hexOnly.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16))
}
